import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { Viewer } from './type.ts'

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who is asking, and what they may do.',
    authScopes: { signedIn: true },
    resolve: () => ({}),
  }),
)

builder.queryFields((t) => ({
  users: t.prismaConnection(
    {
      ...pageOptions,
      type: 'User',
      description: 'People of the organization, by name.',
      authScopes: { permission: 'users:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('User', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).user.count(),
    },
    ...connectionNames('User'),
  ),
}))
