import { builder } from '../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import { type AssetMetrics, readMetrics } from './metrics/metrics.ts'

const GroupingEnum = builder.enumType('AssetMetricsGrouping', {
  description: 'What asset metrics are summed up by.',
  values: {
    ORGANIZATION: { description: 'All in one row.' },
    SITE: { description: 'One row per site.' },
    ASSET_TYPE: { description: 'One row per kind of equipment.' },
  } as const,
})

const AssetMetricsType = builder.objectRef<AssetMetrics>('AssetMetrics').implement({
  description: 'How some assets are doing: computed at the moment of asking.',
  fields: (t) => ({
    groupId: t.exposeID('groupId', {
      nullable: true,
      description: 'The site or asset type; null for the whole organization.',
    }),
    groupName: t.exposeString('groupName', {
      nullable: true,
      description: 'Its name; null for the whole organization.',
    }),
    assetCount: t.exposeInt('assetCount', { description: 'Assets in service or to be so again.' }),
    onlineCount: t.exposeInt('onlineCount', { description: 'Those that are ONLINE.' }),
    offlineCount: t.exposeInt('offlineCount', { description: 'Those that are OFFLINE.' }),
    maintenanceCount: t.exposeInt('maintenanceCount', {
      description: 'Those in MAINTENANCE.',
    }),
    averageHealthScore: t.exposeFloat('averageHealthScore', {
      description: 'Mean of their health scores, 0–100.',
    }),
    poorHealthCount: t.exposeInt('poorHealthCount', {
      description: 'Those with a health score below 50.',
    }),
    availability: t.exposeFloat('availability', {
      description: 'Mean share of the last 30 days in which they were ONLINE, 0–1.',
    }),
  }),
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
