import { builder } from '../../../../graphql/builder.ts'
import { scopedPrisma } from '../../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../../graphql/reading/paging.ts'
import { readPage } from '../../../../graphql/reading/read-page.ts'

builder.queryFields((t) => ({
  serviceGroups: t.prismaConnection(
    {
      ...pageOptions,
      type: 'ServiceGroup',
      description: 'Groups of services, by name.',
      authScopes: { permission: 'service-groups:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('ServiceGroup', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).serviceGroup.count(),
    },
    ...connectionNames('ServiceGroup'),
  ),
}))
