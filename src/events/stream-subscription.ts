import type { Logger } from '../log.ts'
import type { LoggedEvent } from './log.ts'
import type { CheckpointItem, EventItem, Page, StreamLog, Waiter } from './stream-log.ts'

/**
 * RETENTION: events between the cursor and `oldestAvailable` were removed by age; the stream goes on
 * after it. FUTURE_CURSOR: the cursor lies beyond the end of the log, which happens when the database
 * was restored from a backup; the stream goes on at the end.
 */
type GapReason = 'RETENTION' | 'FUTURE_CURSOR'

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
  return new Subscription(host, options)
}

/** A class because a process holds thousands of them: 1 KB each instead of 4 KB as closures. */
class Subscription implements EventSubscription, Waiter {
  readonly #host: SubscriptionHost
  readonly #options: SubscribeOptions
  #source: StreamLog | undefined
  #position: bigint | undefined
  #page: Page | undefined
  /** Item that goes out before anything else. */
  #notice: GapItem | undefined
  /** Say so once when the end of the log is reached, so that a client knows that it is live. */
  #announceCaughtUp = true
  #closed = false
  #resume: (() => void) | undefined
  #pulling: Promise<unknown> | undefined
  /** When a checkpoint is due, Unix ms. */
  dueAtMs = 0

  constructor(host: SubscriptionHost, options: SubscribeOptions) {
    this.#host = host
    this.#options = options
    this.#position = options.after
  }

  get position(): bigint | undefined {
    return this.#position
  }

  take(): StreamItem | undefined {
    const source = this.#source
    if (this.#closed || source === undefined || this.#position === undefined) return undefined
    for (;;) {
      if (this.#notice !== undefined) {
        const notice = this.#notice
        this.#notice = undefined
        return this.#deliver(notice)
      }
      if (this.#position >= source.head) break
      const found = source.peek(this.#position, this.#page)
      if (found === undefined) return undefined
      const { event } = found.item
      this.#page = found.page
      if (event.position > this.#position + 1n) {
        this.#skipTo(event.position - 1n, 'RETENTION', event.position - 1n)
        continue
      }
      this.#position = event.position
      if (this.#options.select(event)) return this.#deliver(found.item)
    }
    this.#page = undefined
    if (this.#position > source.head || !this.#announceCaughtUp) return undefined
    this.#announceCaughtUp = false
    return this.#deliver(source.checkpointAt(this.#position))
  }

  next(): Promise<IteratorResult<StreamItem, undefined>> {
    const result =
      this.#pulling === undefined ? this.#pull() : this.#pulling.then(() => this.#pull())
    this.#pulling = result
    return result
  }

  async return(): Promise<IteratorResult<StreamItem, undefined>> {
    if (!this.#closed) {
      this.#closed = true
      this.#page = undefined
      if (this.#source !== undefined) this.#host.release(this, this.#options.organizationId)
      this.#source?.waiting.delete(this)
      this.wake()
    }
    return { done: true, value: undefined }
  }

  wake(): void {
    this.#resume?.()
    this.#resume = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  [Symbol.asyncIterator](): EventSubscription {
    return this
  }

  #deliver<T extends StreamItem>(item: T): T {
    this.dueAtMs = Date.now() + this.#options.heartbeatMs
    return item
  }

  #skipTo(oldestAvailable: bigint, reason: GapReason, position: bigint): void {
    this.#notice = { kind: 'gap', oldestAvailable, reason }
    this.#announceCaughtUp = true
    this.#position = position
  }

  async #pull(): Promise<IteratorResult<StreamItem, undefined>> {
    while (!this.#closed && !this.#host.closing.aborted) {
      try {
        const source = this.#source ?? (await this.#open())
        const item = this.take() ?? this.#takeDueCheckpoint(source)
        if (item !== undefined) return { done: false, value: item }
        if (this.#position === source.head) await this.#waitForAdvance(source)
        else await this.#catchUp(source)
      } catch (error) {
        // The database is away. Nothing is lost by waiting for it: the position stands.
        const { organizationId } = this.#options
        this.#host.log.debug({ organizationId, error: String(error) }, 'subscription waits')
        await this.#host.pause()
      }
    }
    return { done: true, value: undefined }
  }

  async #open(): Promise<StreamLog> {
    const { organizationId, heartbeatMs } = this.#options
    const source = await this.#host.acquire(this, organizationId)
    if (this.#closed) {
      this.#host.release(this, organizationId)
      return source
    }
    this.#source = source
    this.#position ??= source.head
    this.dueAtMs = Date.now() + heartbeatMs
    // Another process may have told the client of events that this one has not heard of yet.
    if (this.#position > source.head) await source.refresh()
    return source
  }

  #takeDueCheckpoint(source: StreamLog): CheckpointItem | undefined {
    if (this.#position === undefined || this.#position > source.head) return undefined
    if (this.#closed || Date.now() < this.dueAtMs) return undefined
    return this.#deliver(source.checkpointAt(this.#position))
  }

  #waitForAdvance(source: StreamLog): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
      source.waiting.add(this)
    })
  }

  /** Reads what comes next into memory, or finds out that it is gone. */
  async #catchUp(source: StreamLog): Promise<void> {
    const from = this.#position
    if (from === undefined || this.#closed) return
    if (from > source.head) {
      this.#skipTo((await source.findOldest()) - 1n, 'FUTURE_CURSOR', source.head)
      return
    }
    // The first read may be one that began before the event was written; the second is not.
    for (let read = 0; read < 2; read++) {
      this.#page = await source.load(from)
      if (source.peek(from, this.#page) !== undefined) return
    }
    const oldest = await source.findOldest()
    if (oldest > from + 1n) this.#skipTo(oldest - 1n, 'RETENTION', oldest - 1n)
    else await this.#host.pause()
  }
}

/** Whether an iterable can be read without waiting. */
export function isEventSubscription(value: object): value is EventSubscription {
  return 'take' in value && 'position' in value
}
