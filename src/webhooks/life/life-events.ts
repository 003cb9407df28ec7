import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toUnixSeconds } from '../../events/envelope.ts'
import type {
  DeliveryLane,
  WebhookDelivery,
  WebhookEndpoint,
} from '../../generated/prisma/client.ts'

/*
 * What Plantroom says about sending itself. Two rules keep it from talking to itself for ever:
 *
 * - Nobody is told about themselves: an event about an endpoint is not sent to that endpoint, which
 *   would not take it anyway (fan-out.ts).
 * - Giving up on one of these events is not an event: two dead endpoints that each hear of the
 *   other would go on about it without end (exhausted-sweep.ts).
 *
 * They are no part of the catalogue of facilities events, and are listed with it by
 * Query.eventTypes all the same: whoever selects "*" gets them.
 */
const ABOUT_SENDING = 'webhook.'

/** Whether a type of event is about sending webhooks. */
export function isAboutSending(type: string): boolean {
  return type.startsWith(ABOUT_SENDING)
}

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const endpointFields = {
  endpointId: z.string().describe('The endpoint that it is about.'),
  endpointName: z.string().optional().describe('What people call it.'),
  endpointHost: z.string().describe('Host of its URL; the rest may hold secrets.'),
}

const failingPayload = z.object({
  ...endpointFields,
  percent: z.int().describe('How much of the time until it is disabled has passed.'),
  failingSince: seconds('First failure since the last success'),
  disabledAt: seconds('When it is disabled unless an attempt succeeds'),
  consecutiveFailures: z.int().describe('Failed attempts since the last success.'),
})

const disabledPayload = z.object({
  ...endpointFields,
  reason: z.string().describe('Why, for a person.'),
  disabledAt: seconds('When it was disabled'),
  failingSince: seconds('First failure since the last success').optional(),
  consecutiveFailures: z.int().describe('Failed attempts since the last success.'),
})

const exhaustedPayload = z.object({
  ...endpointFields,
  deliveryId: z.string().describe('The delivery; it can be retried or replayed.'),
  eventId: z.string().describe('The event that the endpoint did not take.'),
  eventType: z.string().describe('Its type.'),
  sequence: z.int().describe('Its place in the order of the endpoint.'),
  attemptCount: z.int().describe('Attempts that were made.'),
  lastStatusCode: z.int().optional().describe('HTTP status of the last one.'),
  lastFailure: z.string().optional().describe('Stage and kind of its failure.'),
  exhaustedAt: seconds('When it was given up'),
})

const exampleEndpoint = {
  endpointId: 'whk-1k5x8r2qd9c7m3v6t0wz4h',
  endpointName: 'Building automation',
  endpointHost: 'hooks.example.com',
}

const shared = { scopes: ['webhooks:manage'], facets: [] } as const

export const webhookEndpointFailing = defineEvent({
  ...shared,
  type: 'webhook.endpoint.failing',
  description:
    'Every attempt to send to an endpoint has failed for 50, 70 or 90 % of the time after which it is disabled; told once each. Sent to other endpoints, never to the one that fails.',
  payload: failingPayload,
  example: {
    ...exampleEndpoint,
    percent: 50,
    failingSince: 1_780_000_000,
    disabledAt: 1_780_432_000,
    consecutiveFailures: 24,
  },
})

export const webhookEndpointDisabled = defineEvent({
  ...shared,
  type: 'webhook.endpoint.disabled',
  description:
    'An endpoint was disabled, because nothing but failure came of sending to it or because it answered 410. Its events are kept; resume it to send them.',
  payload: disabledPayload,
  example: {
    ...exampleEndpoint,
    reason: 'The endpoint answered 410 Gone.',
    disabledAt: 1_780_432_000,
    failingSince: 1_780_000_000,
    consecutiveFailures: 31,
  },
})

export const webhookDeliveryExhausted = defineEvent({
  ...shared,
  type: 'webhook.delivery.exhausted',
  description:
    'A delivery was given up when its time was over. It is kept and can be retried or replayed. Deliveries of webhook.* events are given up in silence.',
  payload: exhaustedPayload,
  example: {
    ...exampleEndpoint,
    deliveryId: 'dlv-1k5x8r2qd9c7m3v6t0wz4h',
    eventId: 'evt_1k5x8r2qd9c7m3v6t0wz4h',
    eventType: 'workorder.created',
    sequence: 1_207,
    attemptCount: 14,
    lastStatusCode: 503,
    lastFailure: 'response.status',
    exhaustedAt: 1_780_086_400,
  },
})

type Named = Pick<WebhookEndpoint, 'id' | 'name' | 'url'>

function describeEndpoint({ id, name, url }: Named) {
  return { endpointId: id, endpointName: name, endpointHost: new URL(url).host }
}

type Health = Pick<DeliveryLane, 'failingSince' | 'consecutiveFailures'>

export function serializeFailing(
  endpoint: Named,
  lane: Health & { failingSince: Date },
  percent: number,
  disableAfterMs: number,
): z.infer<typeof failingPayload> {
  return omitEmpty({
    ...describeEndpoint(endpoint),
    percent,
    failingSince: toUnixSeconds(lane.failingSince),
    disabledAt: toUnixSeconds(new Date(lane.failingSince.getTime() + disableAfterMs)),
    consecutiveFailures: lane.consecutiveFailures,
  })
}

export function serializeDisabled(
  endpoint: Named,
  lane: Health,
  reason: string,
  disabledAt: Date,
): z.infer<typeof disabledPayload> {
  const { failingSince, consecutiveFailures } = lane
  return omitEmpty({
    ...describeEndpoint(endpoint),
    reason,
    disabledAt: toUnixSeconds(disabledAt),
    failingSince: failingSince === null ? null : toUnixSeconds(failingSince),
    consecutiveFailures,
  })
}

export function serializeExhausted(
  endpoint: Named,
  delivery: WebhookDelivery,
  now: Date,
): z.infer<typeof exhaustedPayload> {
  return omitEmpty({
    ...describeEndpoint(endpoint),
    deliveryId: delivery.id,
    eventId: delivery.eventId,
    eventType: delivery.eventType,
    sequence: Number(delivery.sequence),
    attemptCount: delivery.attemptCount,
    lastStatusCode: delivery.lastStatusCode,
    lastFailure: delivery.lastError,
    exhaustedAt: toUnixSeconds(delivery.completedAt ?? now),
  })
}
