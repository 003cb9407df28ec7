import type { Prisma, WebhookDelivery } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  toDateTimeFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { DeliveryStatusEnum } from './type.ts'

const DeliveryWhere = builder.inputType('WebhookDeliveryWhere', {
  description: 'Which deliveries; all given conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: [DeliveryStatusEnum], description: 'In one of these states.' }),
    types: t.field({ type: ['EventType'], description: 'Of one of these exact event types.' }),
    eventId: t.id({ description: 'Of this event.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    lastStatusCode: t.int({ description: 'Whose last attempt got this HTTP status.' }),
    lastFailure: t.string({ description: 'Whose last attempt failed so: "connect.refused".' }),
  }),
})

interface DeliveryArgs {
  endpointId?: string | null | undefined
  where?: typeof DeliveryWhere.$inferInput | null | undefined
}

function toWhere({ endpointId, where }: DeliveryArgs): Prisma.WebhookDeliveryWhereInput {
  const conditions = {
    endpointId: endpointId ?? undefined,
    status: where?.status == null ? undefined : { in: where.status },
    eventType: where?.types == null ? undefined : { in: where.types },
    eventId: where?.eventId ?? undefined,
    created: toDateTimeFilter(where?.created),
    lastStatusCode: where?.lastStatusCode ?? undefined,
    lastError: where?.lastFailure ?? undefined,
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

builder.queryFields((t) => ({
  webhookDeliveries: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WebhookDelivery',
      description: 'Deliveries with their attempts, newest first.',
      authScopes: { permission: 'webhooks:manage' },
      args: {
        endpointId: t.arg.id({ description: 'Of this endpoint, also after it was deleted.' }),
        where: t.arg({ type: DeliveryWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, args, context, info): Promise<WebhookDelivery[]> =>
        readPage('WebhookDelivery', query, context, info, {
          where: toWhere(args),
          orderBy: [{ created: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, args, context) =>
        scopedPrisma(context).webhookDelivery.count({ where: toWhere(args) }),
    },
    ...connectionNames('WebhookDelivery'),
  ),
}))
