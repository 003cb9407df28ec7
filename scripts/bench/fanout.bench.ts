import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { measureLatency } from './fanout-latency.ts'
import { rssMbOf, settle, type Stage, startStage, stopChild } from './fanout-stage.ts'
import { openSseSubscribers } from './sse-subscribers.ts'
import { median, progress, round } from './stage.ts'
import { openSubscribers, type Subscribers } from './subscribers.ts'

const SIZES = [
  { subscribers: 1_000, events: 100 },
  { subscribers: 5_000, events: 10 },
]
const SSE = { subscribers: 1_000, events: 100 }
const ROUNDS = 3

/**
 * What one server process (with its worker role, and PostgreSQL beside it) sends a second when many
 * WebSocket subscribers want the same events, from the commit to the last receipt; beside a bare `ws`
 * server that writes the same bytes, one that writes many in one system call, and Yoga's own pub/sub, each in a process of its own, one after
 * another in the same run. Then the time from the commit to the receipt under a steady rate.
 */
export async function run(): Promise<object[]> {
  const lines: object[] = []
  for (const size of SIZES) {
    await using product = await startStage()
    const ours = await measureOurs(product, size)
    const bare = await measurePeer('bare', size, ours.sample)
    const corked = await measurePeer('corked', size, ours.sample)
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
      corkedServerPerSecond: round(corked, 0),
      stockPubSubPerSecond: round(stock, 0),
      ratioToBareServer: round(ours.perSecond / bare, 2),
      ratioToCorkedServer: round(ours.perSecond / corked, 2),
      ratioToStockPubSub: round(ours.perSecond / stock, 2),
    })
  }
  lines.push(await measureSse())
  await using product = await startStage()
  lines.push(await measureLatency(product))
  return lines
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
  kind: 'bare' | 'corked' | 'stock',
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

/** The same fan-out over server-sent events. */
async function measureSse(): Promise<object> {
  const { subscribers, events } = SSE
  await using stage = await startStage()
  const idleRssMb = await rssMbOf(stage.pid)
  using streams = await openSseSubscribers(stage.url, subscribers, stage.keyOf)
  await settle()
  const connectedRssMb = await rssMbOf(stage.pid)
  const times: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    streams.reset()
    const startedAt = await stage.record(events)
    await streams.waitForCount(subscribers * events)
    times.push(streams.lastAt - startedAt)
    progress(`fanout: sse: round ${n}: ${round(times.at(-1) ?? 0, 0)} ms`)
  }
  const lastReceiptMs = median(times)
  return {
    bench: 'fanout-sse',
    subscribers,
    events,
    messagesPerSecond: round((subscribers * events * 1_000) / lastReceiptMs, 0),
    lastReceiptMs: round(lastReceiptMs, 0),
    idleRssMb,
    connectedRssMb,
  }
}
