import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'

export const permission = 'webhooks:manage'

builder.queryFields((t) => ({
  syncHooks: t.prismaField({
    type: ['SyncHook'],
    description: 'The hooks that are asked before something goes on, by event; at most one each.',
    authScopes: { permission },
    resolve: (query, _root, _args, context) =>
      scopedPrisma(context).syncHook.findMany({ ...query, orderBy: { eventType: 'asc' } }),
  }),
}))
