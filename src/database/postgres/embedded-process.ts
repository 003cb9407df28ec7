import { execFile, spawn } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { StartupError } from '../../errors.ts'
import { isAlive } from './process-identity.ts'

/** Recovery after a power cut may take a while: as long as PostgreSQL lives, it is waited for. */
const START_TIMEOUT_MS = 300_000
const POLL_MS = 20
/** How often a PostgreSQL that is not our child is looked at. */
const WATCH_MS = 500

const run = promisify(execFile)

/** The user that PostgreSQL runs as; undefined = this process's own. */
export interface Owner {
  uid: number
  gid: number
}

export interface Home {
  cluster: string
  binary(name: 'initdb' | 'postgres'): string
}

/** A PostgreSQL that takes connections. */
export interface Running {
  pid: number
  port: number
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>
}

export interface StartOptions {
  /** A free one, unless it must be the same as before. */
  port?: number
  settings?: Readonly<Record<string, string>>
  signal?: AbortSignal | undefined
}

/** @throws StartupError with what PostgreSQL said. */
export async function startPostgres(
  home: Home,
  owner: Owner | undefined,
  options: StartOptions = {},
): Promise<Running> {
  const port = options.port ?? (await freePort())
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
    ...options.settings,
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
    fs.appendFile(log, chunk).catch(() => undefined)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.on('error', (error) => {
      errors += error.message
      resolve()
    })
  })
  ended.then(
    () => (exited = true),
    () => undefined,
  )
  const pid = child.pid ?? 0
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!exited && Date.now() < deadline && options.signal?.aborted !== true) {
    if (await isReady(home, pid)) {
      child.unref()
      if ('unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref()
      return { pid, port, ended }
    }
    await sleep(POLL_MS)
  }
  if (!exited) await stopPostgres({ pid, port, ended }, 0)
  options.signal?.throwIfAborted()
  throw new StartupError(`The embedded PostgreSQL did not start. It said: ${summaryOf(errors)}`)
}

/**
 * Whether the PostgreSQL of this process id says that it is ready. Before it has written its own lock
 * file, there may be that of one that was killed, which was ready too.
 */
async function isReady(home: Home, pid: number): Promise<boolean> {
  const text = await fs.readFile(path.join(home.cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

/** Of PostgreSQL's log what names the reason, without the time before each line. */
function summaryOf(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] /, '').trim())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => /^(PANIC|FATAL|ERROR|DETAIL|HINT):|error while/.test(line))
  return (telling.length > 0 ? telling : lines).join(' ').replaceAll(/\s+/g, ' ') || 'nothing'
}

/** How long PostgreSQL may take to end what it is doing, seconds … */
const STOP_PATIENCE_S = 30
/** … and to end without: five seconds after it was told to it kills what has not. */
const IMMEDIATE_PATIENCE_S = 30

/**
 * A stop that comes while PostgreSQL recovers from a crash may never end: then it is stopped as it
 * stands, which costs it another recovery and nobody anything. It is told by its process id, never by
 * its folder, which may have become another's.
 */
export async function stopPostgres(
  { pid, ended }: Running,
  patienceS = STOP_PATIENCE_S,
): Promise<void> {
  if (await endsAfter('SIGINT', patienceS)) return
  if (await endsAfter('SIGQUIT', IMMEDIATE_PATIENCE_S)) return
  await endsAfter('SIGKILL', IMMEDIATE_PATIENCE_S)

  async function endsAfter(signal: NodeJS.Signals, forS: number): Promise<boolean> {
    send(pid, signal)
    using timer = timeLimit(forS * 1_000)
    return await Promise.race([ended.then(() => true), timer.over.then(() => false)])
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

function timeLimit(ms: number): Disposable & { over: Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return { over, [Symbol.dispose]: () => clearTimeout(timer) }
}

/** Watches a PostgreSQL that somebody else started. */
export function watchEnd(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return
      clearInterval(timer)
      resolve()
    }, WATCH_MS)
    timer.unref()
  })
}

/** Runs one of PostgreSQL's programs as its owner. */
export async function runAs(
  owner: Owner | undefined,
  command: string,
  args: string[],
  signal?: AbortSignal,
): Promise<void> {
  const env = { ...process.env, LC_ALL: 'C' }
  try {
    await run(command, args, {
      ...owner,
      cwd: '/',
      env,
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    const said: unknown = error instanceof Error ? Reflect.get(error, 'stderr') : undefined
    const reason = typeof said === 'string' && said.trim() !== '' ? said : String(error)
    throw new StartupError(
      `PostgreSQL's ${path.basename(command)} failed: ${reason.trim().replaceAll(/\s+/g, ' ')}`,
    )
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
