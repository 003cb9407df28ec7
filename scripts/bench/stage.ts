import { type ChildProcess, fork, spawn } from 'node:child_process'
import { cpus } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import type { ClientResult, ClientRun } from './load-client.ts'

/** Secrets that only a throw-away database knows. */
export const BENCH_SECRETS = {
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  AUTH_JWT_SECRET: 'only-for-benches-only-for-benches-only-for-benches',
}

export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

export function percentiles(values: readonly number[]) {
  return {
    p50: round(quantile(values, 0.5)),
    p95: round(quantile(values, 0.95)),
    p99: round(quantile(values, 0.99)),
  }
}

/** A migrated PostgreSQL of the bench's own, with durable commits, gone at the end. */
export async function throwAwayDatabase(
  settings: Record<string, string> = {},
): Promise<{ url: string } & AsyncDisposable> {
  const folder = await temporaryFolder('bench')
  const postgres = await startEmbeddedPostgres(folder.path, { settings })
  await migrate(postgres.url)
  return {
    url: postgres.url,
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export interface BenchReceiver extends AsyncDisposable {
  origin: string
  waitForCount(count: number, timeoutMs: number): Promise<void>
  /** Requests that have come in so far, but for those that are to fail. */
  count(): Promise<number>
  /** Record id → arrival, ms since the epoch. */
  arrivals(): Promise<Map<string, number>>
  reset(): void
}

type ReceiverMessage =
  | { kind: 'ready'; port: number }
  | { kind: 'count'; count: number }
  | { kind: 'arrivals'; arrivals: [string, number][] }

export async function startBenchReceiver(slowMs = 0): Promise<BenchReceiver> {
  const child = fork(path.join(import.meta.dirname, 'receiver.ts'), [String(slowMs)])
  let latest = 0
  const listeners = new Set<(message: ReceiverMessage) => void>()
  child.on('message', (message: ReceiverMessage) => {
    if (message.kind === 'count') latest = message.count
    for (const listener of listeners) listener(message)
  })
  const next = <T>(
    pick: (message: ReceiverMessage) => T | undefined,
    timeoutMs: number,
    what: () => string,
  ) =>
    new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`bench receiver: ${what()}`)), timeoutMs)
      const listener = (message: ReceiverMessage) => {
        const found = pick(message)
        if (found === undefined) return
        clearTimeout(timer)
        listeners.delete(listener)
        resolve(found)
      }
      listeners.add(listener)
    })
  const port = await next(
    (m) => (m.kind === 'ready' ? m.port : undefined),
    10_000,
    () => 'no start',
  )
  return {
    origin: `http://127.0.0.1:${port}`,
    async waitForCount(count, timeoutMs) {
      if (latest >= count) return
      await next(
        (m) => (m.kind === 'count' && m.count >= count ? true : undefined),
        timeoutMs,
        () => `${latest} of ${count} arrived`,
      )
    },
    async count() {
      const answer = next(
        (m) => (m.kind === 'count' ? m.count : undefined),
        10_000,
        () => 'no count',
      )
      child.send('count')
      return answer
    },
    async arrivals() {
      const answer = next(
        (m) => (m.kind === 'arrivals' ? m.arrivals : undefined),
        30_000,
        () => 'no arrivals',
      )
      child.send('arrivals')
      return new Map(await answer)
    },
    reset() {
      latest = 0
      child.send('reset')
    },
    async [Symbol.asyncDispose]() {
      await stop(child, 'SIGTERM')
    },
  }
}

const ROOT = path.resolve(import.meta.dirname, '../..')
/** As in the start script of package.json. */
const NODE_OPTIONS = [
  '--import',
  './src/process/compile-cache.mjs',
  '--max-semi-space-size=16',
  '--heap-growing-percent=50',
]

/** Starts `src/main.ts`, with BENCH_PROFILE=folder under the profiler, which writes there when it ends; resolves with what it said once that matches. */
async function spawnMain(
  env: Record<string, string>,
  sign: RegExp,
  log: number | 'inherit' = 'inherit',
): Promise<{ child: ChildProcess; found: RegExpExecArray }> {
  const profiled = process.env['BENCH_PROFILE']
  const profiling =
    profiled === undefined
      ? []
      : ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${profiled}`]
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...profiling, 'src/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LOG_LEVEL: 'error',
      PORT: '0',
      ...env,
    },
    cwd: ROOT,
    stdio: ['ignore', 'pipe', log],
  })
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      const match = sign.exec(said)
      if (match !== null) resolve(match)
    })
    child.once('exit', (code) => reject(new Error(`the product ended with ${code}: ${said}`)))
  })
  return { child, found }
}

/** A process of the product. */
export interface ProductProcess extends AsyncDisposable {
  pid: number
  /** With -9. */
  kill(): Promise<void>
  /** Resolves with its exit code or signal. */
  ended: Promise<string>
}

function processOf(child: ChildProcess): ProductProcess {
  return {
    pid: child.pid ?? 0,
    kill: () => stop(child, 'SIGKILL'),
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(String(code ?? signal)))
    }),
    [Symbol.asyncDispose]: () => stop(child, 'SIGTERM'),
  }
}

/**
 * A process that only sends.
 * @param log descriptor of the file for its log; default: standard error
 */
export async function startWorkerProcess(
  env: Record<string, string>,
  log?: number,
): Promise<ProductProcess> {
  const { child } = await spawnMain({ ...env, ROLES: 'worker' }, /worker is running/, log)
  return processOf(child)
}

/**
 * The product as its users start it, in a process of its own.
 * @param log descriptor of the file for its log; default: standard error
 */
export async function startProduct(
  env: Record<string, string>,
  log?: number,
): Promise<ProductProcess & { url: string; startMs: number }> {
  const started = performance.now()
  const { child, found } = await spawnMain(env, /GraphQL +(http:\/\/[^/\s]+)\/graphql/, log)
  const url = found[1] ?? ''
  let hasEnded = false
  const product = processOf(child)
  void product.ended.then(() => (hasEnded = true))
  while (
    !hasEnded &&
    !(await fetch(`${url}/health/ready`).then(
      (r) => r.ok,
      () => false,
    ))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { ...product, url, startMs: performance.now() - started }
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

/** Share of the machine's cores that was busy since, 0 to 1. */
export function watchCores(): () => number {
  const read = () => {
    let idle = 0
    let all = 0
    for (const { times } of cpus()) {
      idle += times.idle
      all += times.user + times.nice + times.sys + times.idle + times.irq
    }
    return { idle, all }
  }
  const before = read()
  return () => {
    const now = read()
    return 1 - (now.idle - before.idle) / (now.all - before.all)
  }
}

/** A process that sends requests, so that sending them costs the measured process nothing. */
export async function startClient() {
  const child = fork(path.join(import.meta.dirname, 'load-client.ts'))
  await new Promise((resolve) => child.once('message', resolve))
  return {
    load: (run: ClientRun) =>
      new Promise<ClientResult>((resolve, reject) => {
        child.once('message', resolve)
        const fail = (code: number | null) => reject(new Error(`the client ended with ${code}`))
        child.once('exit', fail)
        child.once('message', () => child.off('exit', fail))
        child.send(run)
      }),
    [Symbol.asyncDispose]: async () => {
      child.kill()
    },
  }
}
