import { execFile, spawn } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { StartupError } from '../../errors.ts'

const START_TIMEOUT_MS = 60_000
const POLL_MS = 20

const run = promisify(execFile)

/** The user that PostgreSQL runs as; undefined = this process's own. */
export interface Owner {
  uid: number
  gid: number
}

export interface Home {
  cluster: string
  binary(name: 'initdb' | 'pg_ctl' | 'postgres'): string
}

/** A PostgreSQL that outlived its Plantroom (killed with -9) is taken over, not fought. */
export async function adoptRunning(home: Home, password: string): Promise<number | undefined> {
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

export async function startPostgres(
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

/** How long PostgreSQL may take to end what it is doing, seconds … */
const STOP_PATIENCE_S = 30
/** … and to end without: five seconds after it was told to it kills what has not. */
const IMMEDIATE_PATIENCE_S = 30

/**
 * A stop that comes while PostgreSQL recovers from a crash may never end: then it is stopped as it
 * stands, which costs it another recovery and nobody anything.
 */
export async function stopPostgres(
  home: Home,
  owner: Owner | undefined,
  patienceS = STOP_PATIENCE_S,
): Promise<void> {
  const by = (mode: 'fast' | 'immediate', forS: number) => {
    const options = ['-D', home.cluster, '-m', mode, '-w', '-t', String(forS)]
    return runAs(owner, home.binary('pg_ctl'), ['stop', ...options])
  }
  try {
    await by('fast', patienceS)
  } catch {
    await by('immediate', IMMEDIATE_PATIENCE_S)
  }
}

/** Runs one of PostgreSQL's programs as its owner. */
export async function runAs(
  owner: Owner | undefined,
  command: string,
  args: string[],
): Promise<void> {
  try {
    await run(command, args, { ...owner, cwd: '/', env: { ...process.env, LC_ALL: 'C' } })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new StartupError(`${path.basename(command)} failed: ${said}`)
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
