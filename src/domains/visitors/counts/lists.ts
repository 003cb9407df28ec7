import { builder } from '../../../graphql/builder.ts'
import { callerOf, demandAll, scopedPrisma } from '../../../graphql/context.ts'
import { countVisitors } from './counts.ts'
import { DayObject } from './type.ts'

builder.queryField('visitorDays', (t) =>
  t.field({
    type: [DayObject],
    description: 'Visits per day, oldest day first; days without any are left out.',
    authScopes: { permission: 'visitors:read' },
    complexity: { field: 50, multiplier: 1 },
    args: {
      from: t.arg.string({ required: true, description: 'First day, "2026-03-01".' }),
      to: t.arg.string({ required: true, description: 'Last day, at most 366 days in all.' }),
      siteId: t.arg.id({ description: 'At this site; all sites when left out.' }),
    },
    resolve: (_root, span, context) => {
      demandAll(context, 'visitors:read')
      return countVisitors(scopedPrisma(context), callerOf(context).organizationId, span)
    },
  }),
)
