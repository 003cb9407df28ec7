import { AccessError } from '../../../errors.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf } from '../../../graphql/context.ts'
import { type MetricsScope } from './metrics.ts'
import { TypeEnum } from '../orders/enums.ts'
import { DAY_MS, Metrics } from './type.ts'

/** Longest span that is measured, and most buckets of it. */
const MOST_DAYS = 3_660

builder.queryField('workOrderMetrics', (t) =>
  t.field({
    type: Metrics,
    description: 'Figures about work orders opened in a span of time, for dashboards and BI.',
    authScopes: { permission: 'analytics:read' },
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'Opened at or after.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'Opened before; at most ten years later.',
      }),
      siteId: t.arg.id({ description: 'Only at this site.' }),
      locationIds: t.arg.idList({ description: 'Only at these places, at most 100.' }),
      types: t.arg({ type: [TypeEnum], description: 'Only these kinds of work.' }),
    },
    resolve: (_root, { from, to, siteId, locationIds, types }, context): MetricsScope => {
      const days = (to.getTime() - from.getTime()) / DAY_MS
      if (days < 0 || days > MOST_DAYS) {
        throw new AccessError(
          'BAD_USER_INPUT',
          'to must not be before from, nor more than ten years after it',
        )
      }
      return {
        organizationId: callerOf(context).organizationId,
        from,
        to,
        siteId: siteId ?? undefined,
        locationIds: locationIds ?? undefined,
        types: types ?? undefined,
      }
    },
  }),
)
