import type { WebhookEndpoint } from '../../generated/prisma/client.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { IntegrationType } from '../../identity/keys/type.ts'
import { EndpointType } from './type.ts'

const loadEndpointsOf = batchById<WebhookEndpoint[]>(async (context, integrationIds) => {
  const found = await scopedPrisma(context).webhookEndpoint.findMany({
    where: { deletedAt: null, integrationId: { in: integrationIds } },
    orderBy: [{ created: 'desc' }, { id: 'desc' }],
  })
  return Map.groupBy(found, (endpoint) => endpoint.integrationId ?? '')
})

builder.objectField(IntegrationType, 'webhookEndpoints', (t) =>
  t.field({
    type: [EndpointType],
    description: 'Endpoints that are sent no more than it may see, newest first.',
    authScopes: { permission: 'webhooks:manage' },
    resolve: async ({ id }, _args, context): Promise<WebhookEndpoint[]> =>
      (await loadEndpointsOf(context, id)) ?? [],
  }),
)
