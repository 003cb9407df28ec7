import { Prisma, type PrismaClient } from '../../../generated/prisma/client.ts'
import { assetsWithHealth } from '../health.ts'

export interface AssetMetrics {
  groupId: string | null
  groupName: string | null
  assetCount: number
  onlineCount: number
  offlineCount: number
  maintenanceCount: number
  averageHealthScore: number
  poorHealthCount: number
  availability: number
}

const POOR_SCORE = 50

/** What the rows are: the column that names the group, and the table that holds its name. */
const GROUPINGS = {
  ORGANIZATION: { column: Prisma.sql`NULL::text`, names: Prisma.sql`location` },
  SITE: { column: Prisma.sql`site_id`, names: Prisma.sql`location` },
  ASSET_TYPE: { column: Prisma.sql`asset_type_id`, names: Prisma.sql`asset_type` },
} as const

/** Counts, health and availability of the assets in service, summed up in the database. */
export function readMetrics(
  prisma: PrismaClient,
  organizationId: string,
  wanted: {
    groupBy: keyof typeof GROUPINGS
    siteId: string | undefined
    assetTypeId: string | undefined
  },
): Promise<AssetMetrics[]> {
  const { column, names } = GROUPINGS[wanted.groupBy]
  const conditions = [
    Prisma.sql`asset.deleted_at IS NULL AND asset.archived_at IS NULL`,
    Prisma.sql`asset.status <> 'DECOMMISSIONED'`,
  ]
  if (wanted.siteId !== undefined) conditions.push(Prisma.sql`location.site_id = ${wanted.siteId}`)
  if (wanted.assetTypeId !== undefined) {
    conditions.push(Prisma.sql`asset.asset_type_id = ${wanted.assetTypeId}`)
  }
  return prisma.$queryRaw(Prisma.sql`
    SELECT summed.*, named.name AS "groupName"
      FROM (SELECT ${column} AS "groupId",
                   count(*)::int AS "assetCount",
                   count(*) FILTER (WHERE status = 'ONLINE')::int AS "onlineCount",
                   count(*) FILTER (WHERE status = 'OFFLINE')::int AS "offlineCount",
                   count(*) FILTER (WHERE status = 'MAINTENANCE')::int AS "maintenanceCount",
                   avg(score)::float8 AS "averageHealthScore",
                   count(*) FILTER (WHERE score < ${POOR_SCORE}::int)::int AS "poorHealthCount",
                   avg(1 - share)::float8 AS availability
              FROM (${assetsWithHealth(organizationId, Prisma.join(conditions, ' AND '), 'many')}) AS scored
             GROUP BY 1) AS summed
      LEFT JOIN ${names} AS named
        ON named.id = summed."groupId" AND named.organization_id = ${organizationId}
     ORDER BY "averageHealthScore", "groupId"`)
}
