import { builder } from '../../../graphql/builder.ts'
import { type AssetMetrics } from './metrics.ts'

export const AssetMetricsType = builder.objectRef<AssetMetrics>('AssetMetrics').implement({
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
