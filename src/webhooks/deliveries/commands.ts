import type { WebhookAttempt, WebhookDelivery } from '../../generated/prisma/client.ts'
import { innerLimit } from '../../database/time-limits.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { ids, onlyId } from '../../graphql/commands/input/fields.ts'
import { type Context, scopedPrisma } from '../../graphql/context.ts'
import { retryDeliveries, retryDelivery, testEndpoint, waitForAttempt } from './service.ts'
import { AttemptType, DeliveryType } from './type.ts'
import { memo } from '../../database/memo.ts'

const permission = 'webhooks:manage'
/** A test that takes longer is answered without its attempt, which the delivery shows later. */
const TEST_WAIT_MS = 10_000

interface Tried {
  delivery: WebhookDelivery
  attempt: WebhookAttempt | null
}

/** Waits, once per answer however many of its fields ask, for the attempt of a test send. */
const waitOnce = memo(waitForTest)

async function waitForTest(delivery: WebhookDelivery, context: Context): Promise<Tried> {
  const { id } = delivery
  if (!(await waitForAttempt(context.database.pool, id, innerLimit(TEST_WAIT_MS)))) {
    return { delivery, attempt: null }
  }
  const prisma = scopedPrisma(context)
  const [fresh, attempt] = await Promise.all([
    prisma.webhookDelivery.findUniqueOrThrow({ where: { id } }),
    prisma.webhookAttempt.findFirst({ where: { deliveryId: id }, orderBy: { startedAt: 'desc' } }),
  ])
  return { delivery: fresh, attempt }
}

const retryInput = inputOf({
  ids: ids({ min: 1, max: 100, distinct: true }, '{min}–{max} deliveries.'),
})
export type RetryDeliveriesInput = ValueOf<typeof retryInput>

defineCommand('webhookEndpointTest', {
  description:
    'Sends a webhook.test event to an endpoint now, whatever its status and outside its order: one attempt. Waits up to 10 s for the result, less when the request may not take longer.',
  permission,
  changes: null,
  input: onlyId('The endpoint.'),
  run: testEndpoint,
  payload: (t) => ({
    delivery: t.field({
      type: DeliveryType,
      nullable: true,
      description: 'The test delivery.',
      resolve: async ({ result }, _args, context): Promise<WebhookDelivery | null> =>
        result === undefined ? null : (await waitOnce(result, context)).delivery,
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description: 'The attempt; null when it has not ended by then; the delivery shows it later.',
      resolve: async ({ result }, _args, context) =>
        result === undefined ? null : (await waitOnce(result, context)).attempt,
    }),
  }),
})

defineCommand('webhookDeliveryRetry', {
  description:
    'Tries a delivery again now. A pending one goes at the next turn of its endpoint, in order; any other once and outside the order, with ";manual" in webhook-attempt. One that is being sent at this moment is refused: IN_FLIGHT.',
  permission,
  changes: null,
  input: onlyId('The delivery.'),
  run: retryDelivery,
  payload: (t) => ({
    delivery: t.field({
      type: DeliveryType,
      nullable: true,
      description: 'The delivery; the attempt follows.',
      resolve: (payload): WebhookDelivery | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookDeliveriesRetry', {
  description:
    'Tries several deliveries again now, each as webhookDeliveryRetry does; all of them or, if one does not exist or is in flight, none. For more than 100 see webhookReplayStart and webhookDeliveriesRetryExhausted.',
  permission,
  input: retryInput,
  run: retryDeliveries,
  payload: (t) => ({
    deliveries: t.field({
      type: [DeliveryType],
      nullable: true,
      description: 'The deliveries in the order given; the attempts follow.',
      resolve: (payload): WebhookDelivery[] | null => payload.result ?? null,
    }),
  }),
})
