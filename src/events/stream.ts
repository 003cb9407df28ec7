import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import type { Logger } from '../log.ts'
import type { PositionTransport } from './position-transport.ts'
import { postgresTransport } from './positions-listener.ts'
import { type StreamLog, openStreamLog } from './stream-log.ts'
import {
  type EventSubscription,
  type SubscribeOptions,
  type SubscriptionHost,
  createSubscription,
} from './stream-subscription.ts'

/** The live form of the event log, one per server process. */
export interface EventStream extends AsyncDisposable {
  subscribe(options: SubscribeOptions): EventSubscription
  /** Hears of advances at once; while false, within a second. */
  readonly connected: boolean
  /** Subscriptions that are open in this process. */
  readonly subscribers: number
}

export interface StreamOptions {
  database: Database
  log: Logger
  /** How processes tell one another of advances; default PostgreSQL. */
  transport?: PositionTransport
  /** How often the database is asked in case a notification was lost; default 1,000 ms. */
  pollMs?: number
}

const POLL_MS = 1_000
/** How long opening waits for notifications before going on with polling alone. */
const CONNECT_WAIT_MS = 3_000

export async function openStream(options: StreamOptions): Promise<EventStream> {
  const { database, log, pollMs = POLL_MS } = options
  const transport = options.transport ?? postgresTransport(database.url, log)
  const open = new Map<string, { source: Promise<StreamLog>; log?: StreamLog; users: number }>()
  const subscriptions = new Set<EventSubscription>()
  const closing = new AbortController()
  let pollFailed = false

  const listener = transport.listen((organizationId, position) => {
    open.get(organizationId)?.log?.advance(position)
  })

  const host: SubscriptionHost = {
    log,
    closing: closing.signal,
    async acquire(subscription, organizationId) {
      const entry = open.get(organizationId) ?? {
        source: openStreamLog(database, organizationId),
        users: 0,
      }
      open.set(organizationId, entry)
      entry.users++
      try {
        entry.log = await entry.source
        subscriptions.add(subscription)
        return entry.log
      } catch (error) {
        // A failed attempt is forgotten, so that the next one tries again.
        if (open.get(organizationId) === entry) open.delete(organizationId)
        throw error
      }
    },
    release(subscription, organizationId) {
      subscriptions.delete(subscription)
      const entry = open.get(organizationId)
      if (entry !== undefined && --entry.users === 0) open.delete(organizationId)
    },
    pause: () => sleep(pollMs, undefined, { signal: closing.signal }).catch(() => undefined),
  }

  async function poll(): Promise<void> {
    const logs = [...open.values()].flatMap((entry) => (entry.log === undefined ? [] : [entry.log]))
    if (logs.length === 0) return
    const known = new Map(logs.map((each) => [each.organizationId, each.head]))
    const result = await database.pool.query<{ organization_id: string; last_position: string }>({
      name: 'stream-heads',
      text: `SELECT organization_id, last_position FROM event_stream_head
              WHERE organization_id = ANY($1)`,
      values: [[...known.keys()]],
    })
    for (const row of result.rows) {
      const source = open.get(row.organization_id)?.log
      const position = BigInt(row.last_position)
      // Smaller than what was known before the question: the log was replaced by an older one.
      if (position < (known.get(row.organization_id) ?? 0n)) source?.reset(position)
      else source?.advance(position)
    }
  }

  function wakeDue(): void {
    const now = Date.now()
    for (const entry of open.values()) {
      for (const waiter of entry.log?.waiting ?? []) {
        if (waiter.dueAtMs > now) continue
        entry.log?.waiting.delete(waiter)
        waiter.wake()
      }
    }
  }

  async function keepPolling(): Promise<void> {
    while (!closing.signal.aborted) {
      await host.pause()
      wakeDue()
      try {
        await poll()
        pollFailed = false
      } catch (error) {
        if (!pollFailed) log.warn({ error: String(error) }, 'live stream cannot ask for positions')
        pollFailed = true
      }
    }
  }

  const polling = keepPolling()
  for (const until = Date.now() + CONNECT_WAIT_MS; !listener.connected && Date.now() < until;) {
    await sleep(5)
  }

  return {
    get connected() {
      return listener.connected
    },
    get subscribers() {
      return subscriptions.size
    },
    subscribe: (subscribeOptions) => createSubscription(host, subscribeOptions),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([...subscriptions].map((subscription) => subscription.return()))
      await listener[Symbol.asyncDispose]()
      await polling
    },
  }
}
