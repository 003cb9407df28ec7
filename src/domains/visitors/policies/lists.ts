import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { byId, byMoment, exactText } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { callerOf } from '../../../graphql/context.ts'
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
}))

const blocks = defineList('VisitorBlock', {
  called: 'entries of the block list',
  where: {
    siteId: byId('By site; without one it holds at all.'),
    email: exactText('With this e-mail address; case does not matter.'),
    created: byMoment('By since when.'),
    search: search('the name, the e-mail address and the reason', ['name', 'email', 'reason']),
  },
  orderBy: {
    CREATED: ['created', 'Since when.'],
    NAME: ['name', 'Name.'],
    EMAIL: ['email', 'E-mail address.'],
  },
  otherwise: [{ id: 'desc' }],
  always: (_where, context) => {
    demandDeciding(callerOf(context))
    return {}
  },
})

blocks.query('visitorBlocks', {
  description: 'The block list, newest entry first unless ordered otherwise.',
  authScopes: { permission: 'visitors:read' },
})
