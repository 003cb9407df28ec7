import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'

builder.queryFields((t) => ({
  slaPolicies: t.prismaConnection(
    {
      ...pageOptions,
      type: 'SlaPolicy',
      description: 'Service level policies, by name.',
      authScopes: { permission: 'work-orders:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('SlaPolicy', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).slaPolicy.count(),
    },
    ...connectionNames('SlaPolicy'),
  ),
}))
