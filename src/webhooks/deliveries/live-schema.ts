import { AccessError } from '../../errors.ts'
import type { WebhookAttempt } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { AttemptType } from './type.ts'
import { loadRecord } from '../../event-log/load-records.ts'
import { type AttemptItem, attemptFeedOf } from './attempt-feed.ts'

/** Attempts are partitioned by their start: without it every partition would be asked. */
const loadAttempts = batchById<WebhookAttempt>(async (context, keys) => {
  const parts = keys.map((key) => key.split(' '))
  const starts = parts.map(([, start]) => Number(start))
  const found = await scopedPrisma(context).webhookAttempt.findMany({
    where: {
      id: { in: parts.map(([id = '']) => id) },
      startedAt: { gte: new Date(Math.min(...starts)), lte: new Date(Math.max(...starts)) },
    },
  })
  return new Map(found.map((attempt) => [keyOf(attempt), attempt]))
})

function keyOf({ id, startedAt }: { id: string; startedAt: Date }): string {
  return `${id} ${startedAt.getTime()}`
}

const DeliveryUpdate = builder.objectRef<AttemptItem>('WebhookDeliveryUpdate').implement({
  description: 'An attempt was logged, and its delivery with it.',
  fields: (t) => ({
    cursor: t.field({
      type: 'BigInt',
      description:
        'Resume `after` it. Some attempts may come a second time then, and none is missed: keep them by their ids.',
      resolve: (item) => item.cursor,
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description: 'The attempt; null when it is no longer kept.',
      resolve: (item, _args, context) => loadAttempts(context, keyOf(item)),
    }),
    delivery: t.prismaField({
      type: 'WebhookDelivery',
      nullable: true,
      description: 'The delivery as it is now, which may be later than the attempt.',
      resolve: async (query, item, _args, context, info) => {
        Object.assign({}, query)
        return (await loadRecord(context, info, item.deliveryId, 'WebhookDelivery')) as never
      },
    }),
  }),
})

builder.subscriptionField('webhookDeliveries', (t) =>
  t.field({
    type: DeliveryUpdate,
    description:
      'The delivery log of one endpoint, live: every attempt within about half a second of its being logged. Attempts are no events: they have no position, and cursors of their own.',
    authScopes: { permission: 'webhooks:manage' },
    extensions: { sharedByAuthorization: true },
    args: {
      endpointId: t.arg.id({ required: true, description: 'Of this endpoint.' }),
      after: t.arg({
        type: 'BigInt',
        description: 'Cursor of the last update seen. Without it, from now on.',
      }),
    },
    subscribe: async (_root, args, context) => {
      const endpoint = await scopedPrisma(context).webhookEndpoint.findUnique({
        where: { id: args.endpointId },
        select: { id: true },
      })
      if (endpoint === null) {
        throw new AccessError('BAD_USER_INPUT', `There is no endpoint ${args.endpointId}`)
      }
      return attemptFeedOf(context.database).watch(endpoint.id, args.after ?? undefined)
    },
    resolve: (item) => item,
  }),
)
