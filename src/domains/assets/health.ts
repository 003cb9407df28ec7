import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { type Context, scopedPrisma, callerOf } from '../../graphql/context.ts'
import { OPEN_WORK } from './rules.ts'

/** Why an asset has its score: 100 less what each part takes away. */
export interface AssetHealth {
  /** 0–100; null for a decommissioned asset. */
  score: number | null
  /** Part of the last 30 days spent offline or in maintenance, 0–1. */
  downtimeShare: number
  /** Open work orders of priority HIGH or CRITICAL. */
  urgentWorkOrders: number
  maintenanceOverdue: boolean
  /** Sensors of it that fell silent. */
  staleSensors: number
}

const WINDOW_DAYS = 30
const DOWNTIME_POINTS = 40
const POINTS_PER_URGENT = 10
const URGENT_POINTS = 30
const OVERDUE_POINTS = 20
const STALE_POINTS = 10

/** Written out: with a parameter PostgreSQL could not use the index of the open ones. */
const OPEN_STATUSES = Prisma.raw(OPEN_WORK.map((status) => `'${status}'`).join(', '))

/**
 * The assets that meet a condition, each with its health: 100 points, less 40 times the share of the
 * last 30 days in which it was down, 10 per urgent open work order (at most 30), 20 for overdue
 * maintenance and 10 if any of its sensors is silent. A decommissioned asset has no score.
 * @param howMany what the score is made of is looked up for each of a few assets, and read in one go
 * for many: ten look-ups are faster than reading all, ten thousand are not
 */
export function assetsWithHealth(
  organizationId: string,
  condition: Prisma.Sql,
  howMany: 'few' | 'many',
): Prisma.Sql {
  const facts = (name: string, select: Prisma.Sql) => {
    const alias = Prisma.raw(name)
    return howMany === 'few'
      ? Prisma.sql`LEFT JOIN LATERAL (${select} AND asset_id = asset.id GROUP BY asset_id) AS ${alias} ON true`
      : Prisma.sql`LEFT JOIN (${select} GROUP BY asset_id) AS ${alias} ON ${alias}.asset_id = asset.id`
  }
  const downtime = facts(
    'downtime',
    Prisma.sql`
      SELECT asset_id, sum(extract(epoch FROM coalesce(ended_at, now())
               - greatest(started_at, now() - make_interval(days => ${WINDOW_DAYS}::int))))::float8
               / (${WINDOW_DAYS}::int * 86400) AS share
        FROM asset_status_span
       WHERE organization_id = ${organizationId} AND status IN ('OFFLINE', 'MAINTENANCE')
         AND coalesce(ended_at, 'infinity'::timestamptz) > now() - make_interval(days => ${WINDOW_DAYS}::int)`,
  )
  const work = facts(
    'work',
    Prisma.sql`
      SELECT asset_id, count(*) FILTER (WHERE priority IN ('HIGH', 'CRITICAL'))::int AS urgent,
             bool_or(type = 'PREVENTIVE' AND due_at < now()) AS overdue
        FROM work_order
       WHERE organization_id = ${organizationId} AND asset_id IS NOT NULL
         AND status IN (${OPEN_STATUSES})`,
  )
  const silence = facts(
    'silence',
    Prisma.sql`
      SELECT asset_id, count(*)::int AS stale FROM sensor
       WHERE organization_id = ${organizationId} AND stale_since IS NOT NULL`,
  )
  return Prisma.sql`
    SELECT id, status, asset_type_id, site_id, urgent, overdue, stale, share,
           CASE WHEN status <> 'DECOMMISSIONED' THEN greatest(0, round(
             100 - ${DOWNTIME_POINTS}::int * share
                 - least(${URGENT_POINTS}::int, ${POINTS_PER_URGENT}::int * urgent)
                 - CASE WHEN overdue THEN ${OVERDUE_POINTS}::int ELSE 0 END
                 - CASE WHEN stale > 0 THEN ${STALE_POINTS}::int ELSE 0 END))::int END AS score
      FROM (SELECT asset.id, asset.status, asset.asset_type_id, location.site_id,
                   least(coalesce(downtime.share, 0), 1) AS share,
                   coalesce(work.urgent, 0) AS urgent, coalesce(work.overdue, false) AS overdue,
                   coalesce(silence.stale, 0) AS stale
              FROM asset
              JOIN location ON location.id = asset.location_id
              ${downtime}
              ${work}
              ${silence}
             WHERE asset.organization_id = ${organizationId} AND ${condition}) AS facts`
}

async function readHealth(
  prisma: PrismaClient,
  organizationId: string,
  assetIds: readonly string[],
): Promise<Map<string, AssetHealth>> {
  const rows = await prisma.$queryRaw<(AssetHealth & { id: string })[]>(Prisma.sql`
    SELECT id, score, share AS "downtimeShare", urgent AS "urgentWorkOrders",
           overdue AS "maintenanceOverdue", stale AS "staleSensors"
      FROM (${assetsWithHealth(organizationId, Prisma.sql`asset.id = ANY(${[...assetIds]})`, 'few')}) AS found`)
  return new Map(rows.map(({ id, ...health }) => [id, health]))
}

const loadAny = batchById((context, ids) =>
  readHealth(scopedPrisma(context), callerOf(context).organizationId, ids),
)

/** The health of one asset; all that a page asks for are read together. */
export async function loadHealth(context: Context, assetId: string): Promise<AssetHealth> {
  return (await loadAny(context, assetId)) ?? NO_HEALTH
}

/** Of an asset that was removed while its page was being read. */
const NO_HEALTH: AssetHealth = {
  score: null,
  downtimeShare: 0,
  urgentWorkOrders: 0,
  maintenanceOverdue: false,
  staleSensors: 0,
}
