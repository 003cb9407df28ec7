import { openSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { startCuttingProxy } from '../../test/harness/cutting-proxy.ts'
import {
  BENCH_SECRETS,
  type ProductProcess,
  startProduct,
  startWorkerProcess,
} from '../bench/stage.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { keepRunning, type Kept } from './supervisor.ts'

const WORKERS = 3

/** PostgreSQL, one server and its workers, and what can be done to them. */
export interface Machine extends AsyncDisposable {
  /** Through the proxy, as the product reaches it. */
  database: Database
  /** Of the server; another one after each start. */
  readonly url: string
  server: Kept<ProductProcess & { url: string }>
  workers: Kept[]
  /** How processes ended that nobody had killed. */
  readonly endedByThemselves: readonly string[]
  restartPostgres(): Promise<void>
  /** Every process and PostgreSQL killed with -9 in the same moment, and started again. */
  cutPower(): Promise<void>
  cutConnections(): number
}

export async function startMachine(say: (text: string) => void): Promise<Machine> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder('soak'))
  const startPostgres = () =>
    startEmbeddedPostgres(folder.path, {
      // Commits are durable, as everywhere but in tests.
      settings: { track_commit_timestamp: 'on' },
      onLost: (error) => {
        throw error
      },
    })
  let postgres = await startPostgres()
  stack.defer(() => postgres[Symbol.asyncDispose]())
  await migrate(postgres.url)
  // PostgreSQL takes another port at each start; the product always finds it behind this one.
  const url = new URL(postgres.url)
  const targets = [Number(url.port)]
  const proxy = stack.use(await startCuttingProxy(targets))
  url.port = String(proxy.port)
  const env = {
    ...BENCH_SECRETS,
    DATABASE_URL: url.href,
    REQUESTS_PER_MINUTE: '30000',
    WEBHOOK_RETRY_DELAYS: '200ms,500ms,1s,2s',
    WEBHOOK_TIMEOUT: '3s',
    WEBHOOK_CONNECT_TIMEOUT: '1s',
    // So that storms can come from many addresses.
    TRUSTED_PROXIES: '127.0.0.0/8',
  }
  const logFile = path.join(tmpdir(), `plantroom-soak-${process.pid}.log`)
  say(`the processes write their logs to ${logFile}`)
  const log = openSync(logFile, 'a')
  const endedByThemselves: string[] = []
  const onEnd = (what: string, how: string) => {
    endedByThemselves.push(`${what}: ${how}`)
    say(`${what} ended by itself with ${how}`)
  }
  const server = stack.use(
    await keepRunning(
      () => startProduct({ ...env, ROLES: 'server' }, log),
      (how) => onEnd('the server', how),
    ),
  )
  const workers: Kept[] = []
  for (let nth = 0; nth < WORKERS; nth++) {
    const start = () => startWorkerProcess(env, log)
    workers.push(stack.use(await keepRunning(start, (how) => onEnd(`worker ${nth}`, how))))
  }
  const database = stack.use(openDatabase(url.href, 4))
  const again = async () => {
    postgres = await startPostgres()
    targets[0] = Number(new URL(postgres.url).port)
  }

  const moved = stack.move()
  return {
    database,
    get url() {
      return server.current.url
    },
    server,
    workers,
    endedByThemselves,
    async restartPostgres() {
      await postgres[Symbol.asyncDispose]()
      await again()
    },
    async cutPower() {
      const backends = await database.pool
        .query<{ pid: number }>('SELECT pid FROM pg_stat_activity')
        .catch(() => ({ rows: [] }))
      const lock = await fs.readFile(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8')
      const processes = [server, ...workers]
      const gone = processes.map((process) => process.kill())
      for (const pid of [Number.parseInt(lock), ...backends.rows.map((row) => row.pid)]) killAt(pid)
      // Nobody is left who would start it again, nor anything to be stopped.
      await Promise.all([...gone, postgres[Symbol.asyncDispose]()])
      await again()
      await Promise.all(processes.map((process) => process.start()))
    },
    cutConnections() {
      const before = proxy.cuts
      proxy.cut()
      return proxy.cuts - before
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

function killAt(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
