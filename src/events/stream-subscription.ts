import type { Logger } from '../log.ts'
import type { LoggedEvent } from './log.ts'
import type { CheckpointItem, EventItem, Page, StreamLog } from './stream-log.ts'

/**
 * RETENTION: events between the cursor and `oldestAvailable` were removed by age; the stream goes on
 * after it. FUTURE_CURSOR: the cursor lies beyond the end of the log, which happens when the database
 * was restored from a backup; the stream goes on at the end.
 */
export type GapReason = 'RETENTION' | 'FUTURE_CURSOR'

export interface GapItem {
  readonly kind: 'gap'
  /** Resuming after it gives the oldest event that is kept. */
  readonly oldestAvailable: bigint
  readonly reason: GapReason
}

export type StreamItem = EventItem | CheckpointItem | GapItem

export interface SubscribeOptions {
  organizationId: string
  /** Resume after this position; undefined = from now on. */
  after?: bigint | undefined
  /** Which events are wanted. */
  select: (event: LoggedEvent) => boolean
  /** A checkpoint is sent when nothing else was for this long. */
  heartbeatMs: number
}

/**
 * What one subscriber sees: every selected event after its cursor, once, in order, and checkpoints.
 *
 * It holds a position and nothing else. Catching up after a cut, being live, and falling behind are
 * one and the same: reading on from the position, out of memory where others have read already and
 * out of the database where not. So there is no buffer that could overflow, no switch between
 * replay and live in which an event could slip through, and whoever stops reading costs nothing here.
 */
export interface EventSubscription extends AsyncIterableIterator<StreamItem>, AsyncDisposable {
  /** The next item if it can be had at once; `next()` waits for one. */
  take(): StreamItem | undefined
  /** Everything up to here was given out or not selected; undefined until the first item. */
  readonly position: bigint | undefined
  return(): Promise<IteratorResult<StreamItem, undefined>>
  [Symbol.asyncIterator](): EventSubscription
}

/** What the subscription needs of the stream that it belongs to. */
export interface SubscriptionHost {
  log: Logger
  /** Aborted when the stream is closed: all subscriptions end. */
  closing: AbortSignal
  acquire(subscription: EventSubscription, organizationId: string): Promise<StreamLog>
  release(subscription: EventSubscription, organizationId: string): void
  /** Resolves after a short while, or when the stream is closed. */
  pause(): Promise<void>
}

/** Nothing is opened or registered until the first item is asked for. */
export function createSubscription(
  host: SubscriptionHost,
  options: SubscribeOptions,
): EventSubscription {
  let source: StreamLog | undefined
  let position = options.after
  let page: Page | undefined
  /** Item that goes out before anything else. */
  let notice: GapItem | undefined
  /** Say so once when the end of the log is reached, so that a client knows that it is live. */
  let announceCaughtUp = true
  let checkpointDueAtMs = 0
  let closed = false
  let wakeUp: (() => void) | undefined
  let pulling: Promise<unknown> = Promise.resolve()

  function deliver<T extends StreamItem>(item: T): T {
    checkpointDueAtMs = Date.now() + options.heartbeatMs
    return item
  }

  function skipTo(oldestAvailable: bigint, reason: GapReason, target: bigint): void {
    notice = { kind: 'gap', oldestAvailable, reason }
    announceCaughtUp = true
    position = target
  }

  function take(): StreamItem | undefined {
    if (closed || source === undefined || position === undefined) return undefined
    for (;;) {
      if (notice !== undefined) {
        const item = notice
        notice = undefined
        return deliver(item)
      }
      if (position >= source.head) break
      const found = source.peek(position, page)
      if (found === undefined) return undefined
      const { item } = found
      page = found.page
      if (item.event.position > position + 1n) {
        skipTo(item.event.position - 1n, 'RETENTION', item.event.position - 1n)
        continue
      }
      position = item.event.position
      if (options.select(item.event)) return deliver(item)
    }
    page = undefined
    if (position > source.head || !announceCaughtUp) return undefined
    announceCaughtUp = false
    return deliver(source.checkpointAt(position))
  }

  async function open(): Promise<void> {
    const opened = await host.acquire(subscription, options.organizationId)
    if (closed) {
      host.release(subscription, options.organizationId)
      return
    }
    source = opened
    checkpointDueAtMs = Date.now() + options.heartbeatMs
    if (position === undefined) position = opened.head
    // Another process may have told the client of events that this one has not heard of yet.
    if (position > opened.head) await opened.refresh()
  }

  /** Makes something available to `take`, or returns when there may be. */
  async function catchUp(log: StreamLog, from: bigint): Promise<void> {
    if (from > log.head) {
      skipTo((await log.findOldest()) - 1n, 'FUTURE_CURSOR', log.head)
    } else {
      // The first read may be one that began before the event was written; the second is not.
      for (let read = 0; read < 2; read++) {
        page = await log.load(from)
        if (log.peek(from, page) !== undefined) return
      }
      const oldest = await log.findOldest()
      if (oldest > from + 1n) skipTo(oldest - 1n, 'RETENTION', oldest - 1n)
      else await host.pause()
    }
  }

  function waitForAdvance(log: StreamLog): Promise<void> {
    return new Promise((resolve) => {
      const waiter = { dueAtMs: checkpointDueAtMs, wake: resolve }
      log.waiting.add(waiter)
      wakeUp = () => {
        log.waiting.delete(waiter)
        resolve()
      }
    })
  }

  async function pull(): Promise<IteratorResult<StreamItem, undefined>> {
    while (!closed && !host.closing.aborted) {
      try {
        if (source === undefined) await open()
        const item = take()
        if (item !== undefined) return { done: false, value: item }
        if (source === undefined || position === undefined || closed) continue
        if (Date.now() >= checkpointDueAtMs && position <= source.head) {
          return { done: false, value: deliver(source.checkpointAt(position)) }
        }
        if (position === source.head) await waitForAdvance(source)
        else await catchUp(source, position)
      } catch (error) {
        // The database is away. Nothing is lost by waiting for it: the position stands.
        host.log.debug(
          { organizationId: options.organizationId, error: String(error) },
          'subscription waits',
        )
        await host.pause()
      }
    }
    return { done: true, value: undefined }
  }

  const subscription: EventSubscription = {
    take,
    get position() {
      return position
    },
    next() {
      const result = pulling.then(pull)
      pulling = result
      return result
    },
    async return() {
      if (!closed) {
        closed = true
        page = undefined
        if (source !== undefined) host.release(subscription, options.organizationId)
        wakeUp?.()
      }
      return { done: true, value: undefined }
    },
    async [Symbol.asyncDispose]() {
      await subscription.return()
    },
    [Symbol.asyncIterator]: () => subscription,
  }
  return subscription
}

/** Whether an iterable can be read without waiting. */
export function isEventSubscription(value: object): value is EventSubscription {
  return 'take' in value && 'position' in value
}
