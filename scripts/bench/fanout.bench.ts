import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { openQueue } from '../../src/db/queue.ts'
import { transaction } from '../../src/db/unit-of-work.ts'
import { createApiKey } from '../../src/identity/service.ts'
import { createLocation } from '../../src/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/seed.ts'
import {
  BENCH_SECRETS,
  median,
  percentiles,
  progress,
  round,
  startProduct,
  throwAwayDatabase,
} from './stage.ts'
import { openSubscribers, type Subscribers } from './subscribers.ts'

const SIZES = [
  { subscribers: 1_000, events: 100 },
  { subscribers: 5_000, events: 10 },
]
const ROUNDS = 3
/** Below the limit of sockets per key. */
const SOCKETS_PER_KEY = 200
/** For the stock server, which does not say when a subscription has begun; and for memory to settle. */
const SETTLE_MS = 1_500

const LATENCY = { subscribers: 200, perSecond: 200, seconds: 10, warmUpSeconds: 2 }

/**
 * What one server process (with its worker role, and PostgreSQL beside it) sends a second when many
 * WebSocket subscribers want the same events, from the commit to the last receipt; beside a bare `ws`
 * server that writes the same bytes, and Yoga's own pub/sub, each in a process of its own, one after
 * another in the same run. Then the time from the commit to the receipt under a steady rate.
 */
export async function run(): Promise<object[]> {
  const lines: object[] = []
  for (const size of SIZES) {
    await using product = await startStage()
    const ours = await measureOurs(product, size)
    const bare = await measurePeer('bare', size, ours.sample)
    const stock = await measurePeer('stock', size, ours.sample)
    lines.push({
      bench: 'fanout',
      subscribers: size.subscribers,
      events: size.events,
      messagesPerSecond: round(ours.perSecond, 0),
      lastReceiptMs: round(ours.lastReceiptMs, 0),
      rssMb: ours.rssMb,
      idleRssMb: ours.idleRssMb,
      connectedRssMb: ours.connectedRssMb,
      bareServerPerSecond: round(bare, 0),
      stockPubSubPerSecond: round(stock, 0),
      ratioToBareServer: round(ours.perSecond / bare, 2),
      ratioToStockPubSub: round(ours.perSecond / stock, 2),
    })
  }
  await using product = await startStage()
  lines.push(await measureLatency(product))
  return lines
}

interface Stage extends AsyncDisposable {
  url: string
  pid: number
  database: Database
  /** Records so many events in one transaction; gives performance.now() just before its commit. */
  record(count: number): Promise<number>
  credentialsOf: (n: number) => object
}

async function startStage(): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const postgres = started.use(await throwAwayDatabase({ track_commit_timestamp: 'on' }))
  const product = started.use(await startProduct({ DATABASE_URL: postgres.url, ...BENCH_SECRETS }))
  const database = started.use(openDatabase(postgres.url, 16))
  const queue = started.use(
    await openQueue(postgres.url, [dispatchJob], false, createLogger('error')),
  )
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const backend = { database, queue }
  const most = Math.max(...SIZES.map((size) => size.subscribers))
  const keys = await transaction(backend, owner, async (unit) => {
    const made: string[] = []
    for (let n = 0; n * SOCKETS_PER_KEY < most; n++) {
      const { key } = await createApiKey(unit, { name: `${n}`, scopes: ['locations:read'] })
      made.push(key)
    }
    return made
  })
  const stack = started.move()
  return {
    url: `${product.url}/graphql`,
    pid: product.pid,
    database,
    async record(count) {
      let at = 0
      await transaction(backend, owner, async (unit) => {
        for (let n = 0; n < count; n++) {
          await createLocation(unit, { name: `Site ${n}`, kind: 'LOCATION' })
        }
        unit.beforeCommit(async () => {
          at = performance.now()
        })
      })
      return at
    },
    credentialsOf: (n) => ({ apiKey: keys[Math.floor(n / SOCKETS_PER_KEY)] }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

interface Size {
  subscribers: number
  events: number
}

async function measureOurs(stage: Stage, { subscribers, events }: Size) {
  const idleRssMb = await rssMbOf(stage.pid)
  using sockets = await openSubscribers(stage.url, subscribers, stage.credentialsOf, true)
  await settle()
  const connectedRssMb = await rssMbOf(stage.pid)
  const sample = await takeSample(stage, sockets, subscribers)
  let rssMb = 0
  const watching = setInterval(() => {
    void rssMbOf(stage.pid).then((now) => (rssMb = Math.max(rssMb, now)))
  }, 25)
  const times: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    sockets.reset()
    const startedAt = await stage.record(events)
    await sockets.waitForCount(subscribers * events)
    times.push(sockets.lastAt - startedAt)
    progress(`fanout: ${subscribers} × ${events}: round ${n}: ${round(times.at(-1) ?? 0, 0)} ms`)
  }
  clearInterval(watching)
  const lastReceiptMs = median(times)
  const perSecond = (subscribers * events * 1_000) / lastReceiptMs
  return { perSecond, lastReceiptMs, rssMb, idleRssMb, connectedRssMb, sample }
}

/** One event as the product sends it, for the others to send. */
async function takeSample(
  stage: Stage,
  sockets: Subscribers,
  subscribers: number,
): Promise<Record<string, unknown>> {
  let sample = ''
  sockets.reset()
  sockets.read((text) => (sample = text))
  await stage.record(1)
  await sockets.waitForCount(subscribers)
  sockets.read(undefined)
  return JSON.parse(sample).payload.data.events
}

async function measurePeer(
  kind: 'bare' | 'stock',
  { subscribers, events }: Size,
  sample: Record<string, unknown>,
): Promise<number> {
  const child = fork(path.join(import.meta.dirname, 'fanout-peer.ts'), [kind])
  try {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    const url = `ws://127.0.0.1:${port}/graphql`
    using sockets = await openSubscribers(url, subscribers, () => ({}), false)
    await settle()
    const times: number[] = []
    for (let n = 1; n <= ROUNDS; n++) {
      sockets.reset()
      const startedAt = performance.now()
      child.send({ events, sample })
      await sockets.waitForCount(subscribers * events)
      times.push(sockets.lastAt - startedAt)
      progress(`fanout: ${kind}: round ${n}: ${round(times.at(-1) ?? 0, 0)} ms`)
    }
    return (subscribers * events * 1_000) / median(times)
  } finally {
    await stopChild(child)
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** Events one by one at a steady rate; the moment of each commit is PostgreSQL's own. */
async function measureLatency(stage: Stage): Promise<object> {
  const { subscribers, perSecond, seconds, warmUpSeconds } = LATENCY
  using sockets = await openSubscribers(stage.url, subscribers, stage.credentialsOf, true)
  const arrivals = new Map<string, number[]>()
  sockets.read((text) => {
    const subject = /"object":\{"id":"([^"]+)"/.exec(text)?.[1] ?? ''
    const at = performance.timeOrigin + performance.now()
    const known = arrivals.get(subject)
    if (known === undefined) arrivals.set(subject, [at])
    else known.push(at)
  })
  const total = perSecond * (seconds + warmUpSeconds)
  const startedAt = performance.now()
  const running: Promise<number>[] = []
  for (let n = 0; n < total; n++) {
    const waitMs = startedAt + (n * 1_000) / perSecond - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    running.push(stage.record(1))
  }
  await Promise.all(running)
  const tookSeconds = (performance.now() - startedAt) / 1_000
  await sockets.waitForCount(total * subscribers)
  const rows = await stage.database.pool.query<{ id: string; at: number }>(
    'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM location ORDER BY created',
  )
  const delays = rows.rows
    .slice(perSecond * warmUpSeconds)
    .flatMap(({ id, at }) => (arrivals.get(id) ?? []).map((arrived) => arrived - at))
  return {
    bench: 'fanout-latency',
    subscribers,
    eventsPerSecond: round(total / tookSeconds, 0),
    commitToReceiptMs: percentiles(delays),
  }
}

async function rssMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024)
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}
