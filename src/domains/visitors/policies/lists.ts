import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { demandDeciding } from '../access.ts'
import { findPolicy } from './policy.ts'
import { PolicyObject } from './type.ts'

builder.queryFields((t) => ({
  visitPolicy: t.field({
    type: PolicyObject,
    nullable: true,
    description: 'Rules of a site; null when there is no such site.',
    authScopes: { permission: 'visitors:read' },
    args: { siteId: t.arg.id({ required: true, description: 'Id of the site.' }) },
    resolve: async (_root, { siteId }, context) => {
      const client = scopedPrisma(context)
      const site = await client.location.findUnique({ where: { id: siteId } })
      return site === null || site.siteId !== site.id ? null : findPolicy(client, siteId)
    },
  }),
  visitorBlocks: t.prismaConnection(
    {
      ...pageOptions,
      type: 'VisitorBlock',
      description: 'The block list, newest entry first.',
      authScopes: { permission: 'visitors:read' },
      resolve: (query, _root, _args, context, info) => {
        demandDeciding(callerOf(context))
        return readPage('VisitorBlock', query, context, info, { orderBy: [{ id: 'desc' }] })
      },
      totalCount: (_root, _args, context) => scopedPrisma(context).visitorBlock.count(),
    },
    ...connectionNames('VisitorBlock'),
  ),
}))
