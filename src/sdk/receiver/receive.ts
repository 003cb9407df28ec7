import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFetch, answerNode, type FastifyLike, registerFastify } from './adapters.ts'
import type { PlantroomEvent } from './event.ts'
import { followSequence, type Gap } from './gaps.ts'
import type { HeadersLike } from './headers.ts'
import { openInbox } from './inbox.ts'
import { memoryStore, type ReceiverStore } from './store.ts'
import { VerificationError, type VerificationFault } from './verification-error.ts'
import { type Delivery, verifyDelivery } from './verify.ts'

export interface ReceiveOptions {
  /** `whsec_…` of the endpoint; both while it is being rotated. */
  secrets: string | readonly string[]
  /** Where deliveries are kept until they are handled; in memory when left out. */
  store?: ReceiverStore
  /** How far the time of an attempt may be from this clock; 300 when left out. */
  toleranceSeconds?: number
  /** A longer body is answered 413; 10,000,000 when left out. */
  maxBodyBytes?: number
  /** Pauses before the next tries of a handler that failed; 1 s, 5 s and 30 s when left out. */
  retryAfterMs?: readonly number[]
  /** The handler failed for the last time, or the store did. On standard error when left out. */
  onError?: (error: unknown, delivery: Delivery) => void
  /** Something has not arrived. On standard error when left out. */
  onGap?: (gap: Gap) => void
  /** A request was refused. On standard error when left out. */
  onRefused?: (error: VerificationError) => void
}

/** What a request is answered with. */
export interface Answer {
  status: number
  text: string
}

/** A receiver of one endpoint, for whatever framework takes its requests. */
export interface Receiver {
  /** node:http, Express: `app.post('/hooks', receiver.node)`, before any parser of bodies. */
  node: (request: IncomingMessage, response: ServerResponse) => void
  /** Hono, Next, Deno, Bun, workers: `receiver.fetch(request)`. */
  fetch: (request: Request) => Promise<Response>
  /** Fastify: `app.register(receiver.fastify)` or with `{ prefix: '/hooks' }`. */
  fastify: (app: FastifyLike) => Promise<void>
  /** Any other: the raw body and the headers; say its answer. */
  accept: (rawBody: string | Uint8Array, headers: HeadersLike) => Promise<Answer>
  /** Resolves when everything taken so far was handled; before the process ends. */
  settled: () => Promise<void>
}

const STATUS: Record<VerificationFault, number> = {
  // These two are this receiver's own faults.
  'body-parsed': 500,
  'secret-malformed': 500,
  'header-missing': 401,
  'header-malformed': 401,
  'signature-wrong': 401,
  'body-changed': 401,
  'time-off': 401,
  'not-an-event': 400,
}

/**
 * Receives the deliveries of one endpoint: checks each, answers 200 at once, then handles it; one after
 * another in the order in which they came, each once however often it is sent.
 */
export function receive(
  handler: (event: PlantroomEvent, delivery: Delivery) => unknown,
  options: ReceiveOptions,
): Receiver {
  const { onGap = ({ message }) => console.error(message) } = options
  const { onError = (error) => console.error(error) } = options
  const { onRefused = ({ message }) => console.error(message) } = options
  const { store = memoryStore(), retryAfterMs = [1_000, 5_000, 30_000] } = options
  const gapsBefore = followSequence()
  const inbox = openInbox({
    store,
    retryAfterMs,
    onError,
    handle: (delivery) => handler(delivery.event, delivery),
  })

  async function accept(rawBody: string | Uint8Array, headers: HeadersLike): Promise<Answer> {
    try {
      const { secrets, toleranceSeconds } = options
      const delivery = await verifyDelivery(rawBody, headers, secrets, { toleranceSeconds })
      const isNew = await inbox.take(delivery)
      for (const gap of gapsBefore(delivery)) onGap(gap)
      return { status: 200, text: isNew ? 'received' : 'known already' }
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error
      onRefused(error)
      return { status: STATUS[error.reason], text: error.reason }
    }
  }

  const { maxBodyBytes = 10_000_000 } = options
  return {
    accept,
    settled: inbox.settled,
    node: (request, response) => answerNode(accept, maxBodyBytes, request, response),
    fetch: (request) => answerFetch(accept, maxBodyBytes, request),
    fastify: (app) => registerFastify(accept, maxBodyBytes, app),
  }
}
