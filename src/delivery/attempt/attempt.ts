import type { WebhookConfig } from '../../config/config.ts'
import type { Logger } from '../../log.ts'
import { AttemptError, type Failure, WithdrawnError } from './attempt-error.ts'
import type { Connections } from './connections.ts'
import { isFaultOfProxy } from './egress-proxy.ts'
import type { Endpoints } from './endpoints.ts'
import { type Parcel, prepareRequest, type Trigger } from './prepare.ts'
import { decideNextStep, type NextStep } from './schedule.ts'
import { type Exchange, send } from './send.ts'

/** One attempt as it is logged. */
export interface AttemptRecord {
  deliveryId: string
  attempt: number
  trigger: Trigger
  /** Unix ms */
  startedAtMs: number
  succeeded: boolean
  failure: Failure | undefined
  error: string | undefined
  /** "name: value" lines */
  requestHeaders: string
  exchange: Exchange
  next: NextStep
}

export type Attempter = (
  endpoint: { endpointId: string; version: number },
  parcel: Parcel,
  /** Since the first attempt became due */
  ageMs: number,
) => Promise<AttemptRecord | undefined>

/**
 * One attempt from end to end, as stages of which each takes the result of the one before: prepare,
 * guard and send, classify, schedule. Whatever happens in them ends as a record to be logged; it
 * never rejects. Undefined when it was not begun, since what it is made from may be so no more.
 */
export function createAttempter(
  config: WebhookConfig,
  endpoints: Endpoints,
  connections: Connections,
  log: Logger,
): Attempter {
  return async (endpoint, parcel, ageMs) => {
    const startedAtMs = Date.now()
    const startedMs = performance.now()
    let requestHeaders = ''
    let exchange: Exchange
    try {
      if (parcel.body === '') throw new AttemptError('internal', 'The event is no longer kept')
      const opened = endpoints.open(endpoint.endpointId, endpoint.version)
      const prepared = opened instanceof Promise ? await opened : opened
      const request = prepareRequest(prepared, parcel, startedAtMs)
      requestHeaders = request.headerLines
      const timeoutMs = parcel.timeoutMs ?? config.timeoutMs
      exchange = prepared.hide(await send(connections, request.wire, timeoutMs, parcel.mayBegin))
    } catch (error) {
      if (error instanceof WithdrawnError || !parcel.mayBegin()) return undefined
      exchange = notSent(error, performance.now() - startedMs)
    }
    const detail = exchange.error?.detail
    if (detail !== undefined) {
      const { endpointId } = endpoint
      log.warn({ endpointId, deliveryId: parcel.deliveryId, detail }, 'delivery target refused')
    }
    const { failure, error } = classify(exchange)
    const next = decideNextStep(
      {
        succeeded: failure === undefined,
        isOurFault: isFaultOfProxy(failure),
        statusCode: exchange.answer?.statusCode,
        retryAfter: exchange.answer?.retryAfter,
        attempt: parcel.attempt,
        ageMs: ageMs + (performance.now() - startedMs),
      },
      config,
      Date.now(),
      Math.random(),
    )
    return {
      deliveryId: parcel.deliveryId,
      attempt: parcel.attempt,
      trigger: parcel.trigger,
      startedAtMs,
      succeeded: failure === undefined,
      failure,
      error,
      requestHeaders,
      exchange,
      next,
    }
  }
}

/** Any 2xx is a success, whatever its body says; everything else is a failure with a name. */
function classify(exchange: Exchange): { failure?: Failure; error?: string } {
  const { answer, error } = exchange
  if (error !== undefined) return { failure: error.failure, error: error.message }
  const statusCode = answer?.statusCode ?? 0
  if (statusCode >= 200 && statusCode < 300) return {}
  return { failure: 'response.status', error: `The endpoint answered ${statusCode}` }
}

function notSent(error: unknown, totalMs: number): Exchange {
  return {
    answer: undefined,
    error:
      error instanceof AttemptError
        ? error
        : new AttemptError('internal', error instanceof Error ? error.message : String(error)),
    remoteAddress: undefined,
    dnsMs: undefined,
    connectMs: undefined,
    tlsMs: undefined,
    firstByteMs: undefined,
    totalMs,
  }
}
