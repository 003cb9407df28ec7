import type { WebhookAttempt, WebhookDelivery } from '../../generated/prisma/client.ts'
import { WebhookAttemptTrigger, WebhookDeliveryStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { type Context, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { reducePayload } from '../payloads/reduce-payload.ts'

/** A list that its row brings along costs no look-up of its own. */
const IN_THE_ROW = { field: 1, multiplier: 1 }

/** Most deliveries have one attempt, few have more than three. */
const FEW = { field: 1, multiplier: 3 }

export const DeliveryStatusEnum = builder.enumType('WebhookDeliveryStatus', {
  description: 'Where the delivery of one event to one endpoint stands.',
  values: {
    [WebhookDeliveryStatus.PENDING]: { description: 'Waits for its first or next attempt.' },
    [WebhookDeliveryStatus.SUCCEEDED]: { description: 'The endpoint answered with a 2xx.' },
    [WebhookDeliveryStatus.EXHAUSTED]: {
      description: 'Given up when its time was over; it can still be retried by hand.',
    },
    [WebhookDeliveryStatus.CANCELLED]: {
      description: 'Skipped when the endpoint was resumed, or ended when it was deleted.',
    },
    [WebhookDeliveryStatus.SKIPPED]: {
      description:
        'Not sent, because the integration of the endpoint may not see it any more: see skipReason. It can be retried by hand once it may.',
    },
  },
})

const TriggerEnum = builder.enumType('WebhookAttemptTrigger', {
  description: 'What caused an attempt.',
  values: {
    [WebhookAttemptTrigger.SCHEDULED]: { description: 'The delivery was due, in its order.' },
    [WebhookAttemptTrigger.MANUAL]: { description: 'A person asked for it, outside the order.' },
    [WebhookAttemptTrigger.TEST]: { description: 'A test send.' },
    [WebhookAttemptTrigger.REPLAY]: { description: 'A replay, outside the order of the endpoint.' },
    [WebhookAttemptTrigger.SYNC]: { description: 'A question to a hook; see SyncHook.' },
  },
})

const HeaderLine = builder.objectRef<{ name: string; value: string }>('WebhookHeader').implement({
  description: 'A header of a request or an answer.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    value: t.exposeString('value', {
      description: 'Its value; of custom headers only "(hidden)".',
    }),
  }),
})

const timing = (description: string) => ({ nullable: true as const, description })

export const AttemptType = builder.objectRef<WebhookAttempt>('WebhookAttempt').implement({
  description: 'One HTTP request to an endpoint and what came of it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the attempt.' }),
    attempt: t.exposeInt('attempt', { description: '1 for the first, as in webhook-attempt.' }),
    trigger: t.expose('trigger', { type: TriggerEnum, description: 'What caused it.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    succeeded: t.exposeBoolean('succeeded', { description: 'Whether a 2xx came back.' }),
    failure: t.exposeString('failure', {
      nullable: true,
      description:
        'Stage and kind of a failure: guard.private_address, dns.not_found, connect.refused, connect.timeout, tls.certificate, proxy.unreachable (our own egress proxy: not counted against the endpoint), response.timeout, response.closed, response.status, …',
    }),
    error: t.exposeString('error', { nullable: true, description: 'The failure for a person.' }),
    statusCode: t.exposeInt('statusCode', { nullable: true, description: 'HTTP status.' }),
    requestHeaders: t.field({
      type: [HeaderLine],
      description: 'Headers that were sent.',
      complexity: IN_THE_ROW,
      resolve: (attempt) => parseLines(attempt.requestHeaders),
    }),
    responseHeaders: t.field({
      type: [HeaderLine],
      description: 'Headers of the answer.',
      complexity: IN_THE_ROW,
      resolve: (attempt) => parseLines(attempt.responseHeaders ?? ''),
    }),
    responseBody: t.exposeString('responseBody', {
      nullable: true,
      description:
        'At most the first 16 KiB of the answer. Null also where the delivery was about a person who is erased by now.',
    }),
    responseTruncated: t.exposeBoolean('responseTruncated', {
      description: 'Whether the answer was longer than what is kept.',
    }),
    remoteAddress: t.exposeString('remoteAddress', {
      nullable: true,
      description: 'Address that was connected to.',
    }),
    dnsMs: t.exposeFloat('dnsMs', timing('Name look-up; null on a kept connection.')),
    connectMs: t.exposeFloat('connectMs', timing('TCP connection; null on a kept one.')),
    tlsMs: t.exposeFloat('tlsMs', timing('TLS handshake; null on a kept connection.')),
    firstByteMs: t.exposeFloat('firstByteMs', timing('From the request to the first byte back.')),
    totalMs: t.exposeFloat('totalMs', { description: 'The whole attempt, in milliseconds.' }),
  }),
})

function parseLines(lines: string): { name: string; value: string }[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(': ')
      return { name: line.slice(0, colon), value: line.slice(colon + 2) }
    })
}

const loadAttempts = batchById<WebhookAttempt[]>(async (context, deliveryIds) => {
  const found = await scopedPrisma(context).webhookAttempt.findMany({
    where: { deliveryId: { in: deliveryIds } },
    orderBy: [{ startedAt: 'asc' }, { attempt: 'asc' }],
  })
  return Map.groupBy(found, (attempt) => attempt.deliveryId)
})

const loadPayloads = batchById<string>(async (context, eventIds) => {
  const found = await scopedPrisma(context).event.findMany({
    where: { id: { in: eventIds } },
    select: { id: true, body: true },
  })
  return new Map(found.map((event) => [event.id, event.body]))
})

const loadLimits = batchById<number>(async (context, endpointIds) => {
  const found = await scopedPrisma(context).webhookEndpoint.findMany({
    where: { id: { in: endpointIds }, maxBodyBytes: { not: null } },
    select: { id: true, maxBodyBytes: true },
  })
  return new Map(found.map((endpoint) => [endpoint.id, endpoint.maxBodyBytes ?? Infinity]))
})

const OF_BODY = {
  body: true,
  eventId: true,
  endpointId: true,
  subjectId: true,
  status: true,
} as const

/** What is sent; null when the event is no longer kept. */
async function bodyOf(
  delivery: Pick<WebhookDelivery, keyof typeof OF_BODY>,
  context: Context,
): Promise<string | null> {
  const body = delivery.body ?? (await loadPayloads(context, delivery.eventId))
  if (body === undefined) return null
  // What was sent is stored as it was sent; what waits will be reduced when its turn comes.
  const limit =
    delivery.status === 'PENDING' ? await loadLimits(context, delivery.endpointId) : undefined
  const reduced = limit === undefined ? undefined : reducePayload(body, delivery.subjectId, limit)
  return reduced?.body ?? body
}

export const DeliveryType = builder.prismaNode('WebhookDelivery', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('webhookDelivery', 'WebhookDelivery'),
  description: 'The delivery of one event to one endpoint, with all its attempts.',
  authScopes: { permission: 'webhooks:manage' },
  fields: (t) => ({
    endpointId: t.exposeID('endpointId', { description: 'Where it goes.' }),
    eventId: t.exposeID('eventId', { description: 'Id of the event, as in webhook-id.' }),
    eventType: t.expose('eventType', { type: 'EventType', description: 'Type of the event.' }),
    sequence: t.expose('sequence', {
      type: 'BigInt',
      nullable: true,
      description: 'Place in the order of the endpoint, as in webhook-sequence; null for tests.',
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'Where it stands.' }),
    attemptCount: t.exposeInt('attemptCount', { description: 'Attempts so far.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it may be tried next; it may have to wait longer, behind others or a pause. Null when nothing is planned.',
    }),
    lastStatusCode: t.exposeInt('lastStatusCode', {
      nullable: true,
      description: 'HTTP status of the last attempt.',
    }),
    lastFailure: t.exposeString('lastError', {
      nullable: true,
      description: 'Failure of the last attempt, as in WebhookAttempt.failure.',
    }),
    skipReason: t.exposeString('skipReason', {
      nullable: true,
      description: 'Why it was not sent, for a person; null unless scopes kept it from being sent.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When the event reached it.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it succeeded, was given up, was cancelled or was skipped.',
    }),
    payload: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'The body that is sent, of one with a document once it was rendered for the first attempt, reduced where it is larger than the endpoint takes; null when the event is no longer kept.',
      select: OF_BODY,
      resolve: async (delivery, _args, context) => {
        const body = await bodyOf(delivery, context)
        return body === null ? null : (JSON.parse(body) as Record<string, unknown>)
      },
    }),
    body: t.string({
      nullable: true,
      description: 'The same as text, to the byte as it is signed.',
      select: OF_BODY,
      resolve: (delivery, _args, context) => bodyOf(delivery, context),
    }),
    attempts: t.field({
      type: [AttemptType],
      description: 'All attempts that are still in the log, oldest first.',
      complexity: FEW,
      select: { id: true },
      resolve: async (delivery, _args, context) => (await loadAttempts(context, delivery.id)) ?? [],
    }),
  }),
})
