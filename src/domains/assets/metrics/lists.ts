import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { readMetrics } from './metrics.ts'
import { AssetMetricsType } from './type.ts'

const GroupingEnum = builder.enumType('AssetMetricsGrouping', {
  description: 'What asset metrics are summed up by.',
  values: {
    ORGANIZATION: { description: 'All in one row.' },
    SITE: { description: 'One row per site.' },
    ASSET_TYPE: { description: 'One row per kind of equipment.' },
  } as const,
})

builder.queryField('assetMetrics', (t) =>
  t.field({
    type: [AssetMetricsType],
    description:
      'Assets by site or kind, worst average health first. Decommissioned, archived and deleted ones do not count.',
    authScopes: { permission: 'assets:read' },
    complexity: 100,
    args: {
      groupBy: t.arg({
        type: GroupingEnum,
        description: 'What to sum up by; ORGANIZATION when left out.',
      }),
      siteId: t.arg.id({ description: 'Only assets of this site.' }),
      assetTypeId: t.arg.id({ description: 'Only assets of this kind.' }),
    },
    resolve: (_root, { groupBy, siteId, assetTypeId }, context) =>
      readMetrics(scopedPrisma(context), callerOf(context).organizationId, {
        groupBy: groupBy ?? 'ORGANIZATION',
        siteId: siteId ?? undefined,
        assetTypeId: assetTypeId ?? undefined,
      }),
  }),
)
