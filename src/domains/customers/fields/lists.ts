import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'

builder.queryField('customerFields', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'CustomerField',
      description: 'Customer fields in the order of forms.',
      authScopes: { permission: 'customer-fields:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('CustomerField', query, context, info, {
          orderBy: [{ position: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).customerField.count(),
    },
    ...connectionNames('CustomerField'),
  ),
)
