import type { WebhookDelivery } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { callerOf, type Context, scopedPrisma } from '../../graphql/context.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import {
  findNeighbours,
  findWaits,
  LOOKED_AT,
  type Neighbours,
  NEIGHBOURS,
  type Wait,
} from './line.ts'
import { DeliveryType } from './type.ts'

const loadWaits = batchById<Wait>((context, ids) =>
  findWaits(context.database.pool, callerOf(context).organizationId, ids),
)

const loadNeighbours = batchById<Neighbours>((context, ids) =>
  findNeighbours(context.database.pool, callerOf(context).organizationId, ids),
)

const loadDeliveries = batchById<WebhookDelivery>(async (context, ids) => {
  const found = await scopedPrisma(context).webhookDelivery.findMany({ where: { id: { in: ids } } })
  return new Map(found.map((delivery) => [delivery.id, delivery]))
})

async function deliveriesOf(
  context: Context,
  ids: readonly string[] = [],
): Promise<WebhookDelivery[]> {
  const found = await Promise.all(ids.map((id) => loadDeliveries(context, id)))
  return found.flatMap((delivery) => delivery ?? [])
}

const WaitReason = builder.enumType('WebhookWaitReason', {
  description: 'Why a delivery has not arrived. What stands first here is told first.',
  values: {
    ENDPOINT_PAUSED: { description: 'Its endpoint is paused: it goes out when that is resumed.' },
    ENDPOINT_DISABLED: {
      description: 'The system stopped sending to its endpoint, until a person resumes it.',
    },
    HELD_BACK: { description: 'Another must be over first, as the order of the endpoint demands.' },
    RETRY: { description: 'It was tried, and its next attempt lies ahead.' },
    DUE: { description: 'It is its turn: it is being sent, or will be in a moment.' },
  } as const,
})

const WaitType = builder.objectRef<Wait>('WebhookDeliveryWait').implement({
  description: 'Why a delivery has not arrived, and what happens next.',
  fields: (t) => ({
    reason: t.expose('reason', { type: WaitReason, description: 'In one word.' }),
    behind: t.field({
      type: DeliveryType,
      nullable: true,
      description: 'The first of those that must be over before it; null when it is first.',
      resolve: async ({ behindId }, _args, context) =>
        behindId === null ? null : ((await loadDeliveries(context, behindId)) ?? null),
    }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when it waits for that.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When there is an attempt next: of the one it is held back by, or its own. Null while nothing is sent.',
    }),
    disabledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its endpoint is disabled unless an attempt succeeds; null while none fails.',
      resolve: ({ failingSince }, _args, { config }) =>
        failingSince === null
          ? null
          : new Date(failingSince.getTime() + config.webhooks.disableAfterMs),
    }),
  }),
})

const IN_ORDER = `Of the endpoint, or with ordering OBJECT of the same record, among the ${LOOKED_AT.toLocaleString('en')} next to it; at most ${NEIGHBOURS}, nearest first. None with ordering NONE.`
const FEW = { field: 1, multiplier: NEIGHBOURS }

builder.prismaObjectFields('WebhookDelivery', (t) => ({
  waitingFor: t.field({
    type: WaitType,
    nullable: true,
    description: 'Why it has not arrived yet; null when it is over, and for tests.',
    select: { id: true },
    resolve: async ({ id }, _args, context) => (await loadWaits(context, id)) ?? null,
  }),
  before: t.field({
    type: [DeliveryType],
    description: `What stands before it in its order. ${IN_ORDER}`,
    complexity: FEW,
    select: { id: true },
    resolve: async ({ id }, _args, context): Promise<WebhookDelivery[]> =>
      deliveriesOf(context, (await loadNeighbours(context, id))?.before),
  }),
  after: t.field({
    type: [DeliveryType],
    description: `What stands behind it in its order. ${IN_ORDER}`,
    complexity: FEW,
    select: { id: true },
    resolve: async ({ id }, _args, context): Promise<WebhookDelivery[]> =>
      deliveriesOf(context, (await loadNeighbours(context, id))?.after),
  }),
}))
