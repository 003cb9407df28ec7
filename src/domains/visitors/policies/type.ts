import { builder } from '../../../graphql/builder.ts'
import { callerOf } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { demandDeciding } from '../access.ts'
import { CheckpointEnum } from '../enums.ts'
import { type EffectivePolicy, toTime } from './policy.ts'

export const PolicyObject = builder.objectRef<EffectivePolicy>('VisitPolicy').implement({
  description: 'What a site asks of its visitors.',
  fields: (t) => ({
    siteId: t.exposeID('siteId', { description: 'The site.' }),
    requiredCheckpoints: t.field({
      type: [CheckpointEnum],
      description: 'To complete before check-in.',
      resolve: (policy) => policy.requiredCheckpoints,
    }),
    requiresApproval: t.exposeBoolean('requiresApproval', {
      description: 'Whether visits wait for an approval.',
    }),
    closesAt: t.string({
      description: 'Local time at which open visits of the day end, "18:30"; "24:00" by default.',
      resolve: (policy) => toTime(policy.closesAtMinute),
    }),
    retentionDays: t.exposeInt('retentionDays', {
      description: 'Days after the end of a visit after which its personal data is erased.',
    }),
    version: t.exposeInt('version', {
      description: 'Rises with every change; 0 as long as nobody has set anything.',
    }),
  }),
})

export const BlockObject = builder.prismaNode('VisitorBlock', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('visitorBlock', 'VisitorBlock'),
  description: 'Somebody who is not let in.',
  authScopes: (_block, context) => {
    demandDeciding(callerOf(context))
    return { permission: 'visitors:read' }
  },
  fields: (t) => ({
    site: t.relation('site', { nullable: true, description: 'At which site; null = at all.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address, lower case.' }),
    name: t.exposeString('name', { nullable: true, description: 'Name.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    created: t.expose('created', { type: 'DateTime', description: 'Since when.' }),
  }),
})
