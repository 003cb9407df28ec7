import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SubscribePayload } from 'graphql-ws'
import type { Caller } from '../caller.ts'
import { encodeCursor } from '../db/cursor.ts'
import { type EventSubscription, isEventSubscription } from '../events/stream-subscription.ts'
import type { Logger } from '../log.ts'
import type { RequestContext } from './graphql-handler.ts'
import { presentErrors } from './present-errors.ts'
import type { RequestRunner, StartedStream } from './request-runner.ts'
import type { SocketWriter } from './socket-writer.ts'

/** Messages given to a socket before other sockets get their turn. */
const BATCH = 32

/** One running query, mutation or subscription of a socket. */
export interface Operation {
  /** Ends it without another message to the client. */
  stop(): void
  /** Everything up to here is on its way to the client; undefined for anything but event streams. */
  readonly resumeAfter: bigint | undefined
}

export interface OperationHost {
  runner: RequestRunner
  writer: SocketWriter
  log: Logger
  /** The client's document cannot tell it that events are missing. */
  closeExpired(oldestAvailable: string): void
  /** Called once, when nothing further will be sent. */
  ended(id: string, operation: Operation): void
}

export function startOperation(
  id: string,
  payload: SubscribePayload,
  context: RequestContext & { caller: Caller },
  host: OperationHost,
): Operation {
  const { writer, log } = host
  const quotedId = JSON.stringify(id)
  let stopped = false
  let source: AsyncIterator<unknown> | undefined
  let resumeAfter: bigint | undefined

  const operation: Operation = {
    get resumeAfter() {
      return resumeAfter
    },
    stop() {
      stopped = true
      void source?.return?.()
    },
  }

  function sendNext(payloads: readonly string[]): void {
    writer.send(payloads.map((text) => `{"id":${quotedId},"type":"next","payload":${text}}`))
  }

  function end(message: string): void {
    if (!stopped) writer.send([message])
    stopped = true
    host.ended(id, operation)
  }

  function endWithErrors(errors: readonly unknown[]): void {
    end(JSON.stringify({ id, type: 'error', payload: presentErrors(errors, log) }))
  }

  async function pump(stream: StartedStream): Promise<void> {
    const iterator = stream.items[Symbol.asyncIterator]()
    source = iterator
    const events = isEventSubscription(iterator) ? iterator : undefined
    try {
      while (!stopped) {
        const next = await iterator.next()
        if (next.done === true || stopped) return
        const batch = [next.value, ...takeMore(events)]
        const position = events?.position
        const made = batch.map((item) => stream.payloadOf(item))
        const payloads = made.every((text) => typeof text === 'string')
          ? made
          : await Promise.all(made)
        if (stopped) return
        const gap = stream.showsGaps ? undefined : batch.find(isGap)
        if (gap !== undefined) return host.closeExpired(encodeCursor(gap.oldestAvailable))
        sendNext(payloads)
        resumeAfter = position
        if (writer.full) await writer.drained()
        else if (batch.length === BATCH) await nextTurn()
      }
    } finally {
      stream.leave()
      await iterator.return?.()
    }
  }

  async function run(): Promise<StartedStream | undefined> {
    const outcome = await host.runner.start(payload, context)
    switch (outcome.kind) {
      case 'refused':
        endWithErrors(outcome.errors)
        return undefined
      case 'result':
        if (!stopped) sendNext([outcome.payload])
        end(`{"id":${quotedId},"type":"complete"}`)
        return undefined
      case 'stream':
        return outcome
    }
  }

  // A chain rather than one function: what was needed to start is let go while the stream lasts.
  run()
    .then(async (stream) => {
      if (stream === undefined) return
      await pump(stream)
      end(`{"id":${quotedId},"type":"complete"}`)
    })
    .catch((error: unknown) => endWithErrors([error]))
  return operation
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
