import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SubscribePayload } from 'graphql-ws'
import { inBackground } from '../../process/background.ts'
import type { Caller } from '../../access/caller.ts'
import { encodeCursor } from '../../database/reading/cursor.ts'
import { type EventSubscription, isEventSubscription } from '../../events/stream-subscription.ts'
import type { Logger } from '../../log.ts'
import type { RequestContext } from '../graphql-handler.ts'
import { presentErrors } from '../present-errors.ts'
import type { Outcome, RequestRunner, StartedStream } from './request-runner.ts'
import { endingOf, type SocketWriter } from './socket-writer.ts'

/** Messages given to a socket before other sockets get their turn. */
const BATCH = 32

/** What an operation needs of the socket that it belongs to. */
export interface OperationHost {
  readonly runner: RequestRunner
  readonly writer: SocketWriter
  readonly log: Logger
  /** The client's document cannot tell it that events are missing. */
  closeExpired(oldestAvailable: string): void
  /** Called once, when nothing further will be sent. */
  ended(id: string, operation: Operation): void
}

/** One running query, mutation or subscription of a socket. */
export class Operation {
  readonly #id: string
  readonly #host: OperationHost
  readonly #ending: Buffer
  #source: AsyncIterator<unknown> | undefined
  #stopped = false
  /** Everything up to here is on its way to the client; undefined for anything but event streams. */
  resumeAfter: bigint | undefined

  constructor(id: string, host: OperationHost) {
    this.#id = id
    this.#host = host
    this.#ending = endingOf(id)
  }

  /** Runs it to its end; never rejects. */
  async run(
    payload: SubscribePayload,
    context: RequestContext & { caller: Caller },
  ): Promise<void> {
    // A chain rather than one function: what starting took is let go while a stream lasts.
    await this.#host.runner
      .start(payload, context)
      .then((outcome) => this.#follow(outcome))
      .catch((error: unknown) => this.#endWithErrors([error]))
  }

  /** Ends it without another message to the client. */
  stop(): void {
    this.#stopped = true
    inBackground('ending a stream', () => this.#source?.return?.())
  }

  #follow(outcome: Outcome): Promise<void> | undefined {
    switch (outcome.kind) {
      case 'refused':
        this.#endWithErrors(outcome.errors)
        return undefined
      case 'result':
        if (!this.#stopped) this.#sendNext([outcome.payload])
        this.#complete()
        return undefined
      case 'stream':
        return this.#pump(outcome)
    }
  }

  async #pump(stream: StartedStream): Promise<void> {
    const iterator = stream.items[Symbol.asyncIterator]()
    this.#source = iterator
    const events = isEventSubscription(iterator) ? iterator : undefined
    try {
      while (!this.#stopped) {
        const next = await iterator.next()
        if (next.done === true || this.#stopped) break
        if (!(await this.#forward(stream, [next.value, ...takeMore(events)], events?.position))) {
          break
        }
      }
    } finally {
      stream.leave()
      await iterator.return?.()
    }
    this.#complete()
  }

  /** @returns false when the socket was closed instead. */
  async #forward(
    stream: StartedStream,
    items: unknown[],
    position: bigint | undefined,
  ): Promise<boolean> {
    const { writer } = this.#host
    const made = items.map((item) => stream.payloadOf(item))
    const payloads = made.every((bytes) => Buffer.isBuffer(bytes))
      ? made
      : await Promise.all(made.map(async (bytes) => bytes))
    if (this.#stopped) return false
    const gap = stream.showsGaps ? undefined : items.find(isGap)
    if (gap !== undefined) {
      this.#host.closeExpired(encodeCursor(gap.oldestAvailable))
      return false
    }
    this.#sendNext(payloads)
    this.resumeAfter = position
    if (writer.full) await writer.drained()
    else if (items.length === BATCH) await nextTurn()
    return true
  }

  #sendNext(payloads: readonly Buffer[]): void {
    this.#host.writer.sendNext(payloads, this.#ending)
  }

  #complete(): void {
    this.#end({ id: this.#id, type: 'complete' })
  }

  #endWithErrors(errors: readonly unknown[]): void {
    this.#end({ id: this.#id, type: 'error', payload: presentErrors(errors, this.#host.log) })
  }

  #end(message: object): void {
    if (!this.#stopped) this.#host.writer.send([JSON.stringify(message)])
    this.#stopped = true
    this.#host.ended(this.#id, this)
  }
}

function takeMore(events: EventSubscription | undefined): unknown[] {
  const items: unknown[] = []
  if (events === undefined) return items
  while (items.length < BATCH - 1) {
    const item = events.take()
    if (item === undefined) break
    items.push(item)
  }
  return items
}

function isGap(item: unknown): item is { oldestAvailable: bigint } {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'gap'
}
