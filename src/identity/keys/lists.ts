import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'

builder.queryFields((t) => ({
  apiKeys: t.prismaConnection(
    {
      ...pageOptions,
      type: 'ApiKey',
      description: 'Keys of the organization, newest first, revoked ones included.',
      authScopes: { permission: 'api-keys:manage' },
      resolve: (query, _root, _args, context, info) =>
        readPage('ApiKey', query, context, info, { orderBy: [{ id: 'desc' }] }),
      totalCount: (_root, _args, context) => scopedPrisma(context).apiKey.count(),
    },
    ...connectionNames('ApiKey'),
  ),
  integrations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Integration',
      description: 'Systems that talk to this API, by name.',
      authScopes: { permission: 'api-keys:manage' },
      resolve: (query, _root, _args, context, info) =>
        readPage('Integration', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).integration.count(),
    },
    ...connectionNames('Integration'),
  ),
}))
