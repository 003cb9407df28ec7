import type { WebhookEndpoint } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'

const PRESENT = { deletedAt: null }

builder.queryFields((t) => ({
  webhookEndpoint: t.prismaField({
    type: 'WebhookEndpoint',
    nullable: true,
    description: 'One webhook endpoint; null when there is none with this id.',
    authScopes: { permission: 'webhooks:manage' },
    args: { id: t.arg.id({ required: true, description: 'Id of the endpoint.' }) },
    resolve: (query, _root, { id }, context): Promise<WebhookEndpoint | null> =>
      scopedPrisma(context).webhookEndpoint.findUnique({ ...query, where: { id, ...PRESENT } }),
  }),
  webhookEndpoints: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WebhookEndpoint',
      description: 'Webhook endpoints of the organization, newest first.',
      authScopes: { permission: 'webhooks:manage' },
      resolve: (query, _root, _args, context, info) =>
        readPage('WebhookEndpoint', query, context, info, {
          where: PRESENT,
          orderBy: [{ created: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, _args, context) =>
        scopedPrisma(context).webhookEndpoint.count({ where: PRESENT }),
    },
    ...connectionNames('WebhookEndpoint'),
  ),
}))
