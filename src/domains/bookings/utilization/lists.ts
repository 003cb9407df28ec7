import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { PAGE_DEFAULT, PAGE_MAX } from '../../../graphql/limits/limits.ts'
import { readUtilization } from './utilization.ts'
import { UtilizationObject } from './type.ts'

const GroupingEnum = builder.enumType('BookingUtilizationGrouping', {
  description: 'What the use of resources is summed up by.',
  values: {
    ORGANIZATION: { description: 'All in one row.' },
    SITE: { description: 'One row per site.' },
    TYPE: { description: 'One row per kind of resource.' },
    RESOURCE: { description: 'One row per resource.' },
  } as const,
})

builder.queryField('bookingUtilization', (t) =>
  t.field({
    type: [UtilizationObject],
    description: 'How far resources are used, the most used first.',
    authScopes: { permission: 'analytics:read' },
    complexity: 100,
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'Begin of the span.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'End of the span, at most 366 days after its begin.',
      }),
      groupBy: t.arg({
        type: GroupingEnum,
        description: 'What to sum up by; ORGANIZATION when left out.',
      }),
      siteId: t.arg.id({ description: 'Only resources of this site.' }),
      resourceIds: t.arg.idList({ description: 'Only these resources, at most 100.' }),
      first: t.arg.int({ description: 'At most so many rows: 20 unless given, up to 100.' }),
    },
    resolve: (_root, { from, to, groupBy, siteId, resourceIds, first }, context) =>
      readUtilization(scopedPrisma(context), callerOf(context).organizationId, {
        from,
        to,
        groupBy: groupBy ?? 'ORGANIZATION',
        siteId: siteId ?? undefined,
        resourceIds: resourceIds ?? undefined,
        limit: Math.min(Math.max(first ?? PAGE_DEFAULT, 1), PAGE_MAX),
      }),
  }),
)
