import { AccessError } from '../../../errors.ts'
import { Prisma, type PrismaClient } from '../../../generated/prisma/client.ts'

export interface Utilization {
  groupId: string | null
  groupName: string | null
  resourceCount: number
  bookingCount: number
  cancelledCount: number
  noShowCount: number
  bookedMinutes: number
  openMinutes: number
  /** Null where nothing was open. */
  utilization: number | null
}

/** What the rows are: the columns that name a group. */
const GROUPINGS = {
  ORGANIZATION: { id: Prisma.sql`NULL::text`, name: Prisma.sql`NULL::text` },
  SITE: { id: Prisma.sql`site_id`, name: Prisma.sql`site_name` },
  TYPE: { id: Prisma.sql`type::text`, name: Prisma.sql`type::text` },
  RESOURCE: { id: Prisma.sql`id`, name: Prisma.sql`name` },
} as const
export type UtilizationGrouping = keyof typeof GROUPINGS

const DAY_MS = 86_400_000
const MOST_DAYS = 366
/** Longer than any booking: keeps the scan off the past. */
const LONGEST_BOOKING = Prisma.sql`interval '32 days'`

/**
 * How far resources were booked in a span of time, against the hours in which they were open: those
 * of each resource, in its place's time zone, as often as it takes bookings at a time. Computed by
 * the database in one statement.
 * @throws AccessError BAD_USER_INPUT for a span that ends before it begins, or is too long.
 */
export function readUtilization(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  organizationId: string,
  wanted: {
    from: Date
    to: Date
    groupBy: UtilizationGrouping
    siteId: string | undefined
    resourceIds: readonly string[] | undefined
    limit: number
  },
): Promise<Utilization[]> {
  const { from, to, groupBy, siteId, resourceIds, limit } = wanted
  const days = (to.getTime() - from.getTime()) / DAY_MS
  if (days <= 0 || days > MOST_DAYS) {
    throw new AccessError('BAD_USER_INPUT', `to must be after from, at most ${MOST_DAYS} days`)
  }
  const { id, name } = GROUPINGS[groupBy]
  const conditions = [Prisma.sql`r.organization_id = ${organizationId} AND r.archived_at IS NULL`]
  if (siteId !== undefined) conditions.push(Prisma.sql`place.site_id = ${siteId}`)
  if (resourceIds !== undefined) conditions.push(Prisma.sql`r.id = ANY(${[...resourceIds]})`)
  return prisma.$queryRaw(Prisma.sql`
    WITH span AS (SELECT ${from}::timestamptz AS starts, ${to}::timestamptz AS ends),
    resources AS (
      SELECT r.id, r.name, r.type, r.max_concurrent, site.id AS site_id, site.name AS site_name,
             coalesce(place.timezone, site.timezone, organization.timezone) AS zone,
             CASE WHEN jsonb_typeof(r.open_hours) = 'array' THEN r.open_hours END AS hours
        FROM resource r
        JOIN location place ON place.id = r.location_id
        JOIN location site ON site.id = place.site_id
        JOIN organization ON organization.id = r.organization_id
       WHERE ${Prisma.join(conditions, ' AND ')}),
    -- Resources of one zone with the same hours are open at the same times: worked out once.
    opening AS (
      SELECT zone, hours, (
        SELECT coalesce(sum(extract(epoch FROM least(period.ends, span.ends)
                                             - greatest(period.starts, span.starts))), 0) / 60
          FROM span
         CROSS JOIN LATERAL (
           SELECT span.starts, span.ends WHERE hours IS NULL
           UNION ALL
           SELECT (date + rule.opens::interval) AT TIME ZONE zone,
                  (date + rule.closes::interval) AT TIME ZONE zone
             FROM generate_series(date_trunc('day', span.starts AT TIME ZONE zone),
                                  date_trunc('day', span.ends AT TIME ZONE zone), '1 day') AS date
             JOIN jsonb_to_recordset(coalesce(hours, '[]')) AS rule (day text, opens text, closes text)
               ON rule.day = to_char(date, 'FMDAY')
         ) AS period (starts, ends)
         WHERE period.starts < span.ends AND period.ends > span.starts) AS minutes
        FROM (SELECT DISTINCT zone, hours FROM resources) AS kinds),
    booked AS (
      SELECT b.resource_id,
             count(*) FILTER (WHERE b.status IN ('CONFIRMED', 'CHECKED_IN', 'COMPLETED'))::int AS bookings,
             count(*) FILTER (WHERE b.status = 'CANCELLED')::int AS cancelled,
             count(*) FILTER (WHERE b.status = 'NO_SHOW')::int AS no_shows,
             coalesce(sum(extract(epoch FROM greatest(interval '0',
               least(coalesce(b.ended_at, b.end_time), span.ends) - greatest(b.start_time, span.starts))) / 60)
               FILTER (WHERE b.status IN ('CONFIRMED', 'CHECKED_IN', 'COMPLETED')), 0) AS minutes
        FROM booking b CROSS JOIN span
       WHERE b.organization_id = ${organizationId}
         AND b.start_time < span.ends AND b.end_time > span.starts
         AND b.start_time > span.starts - ${LONGEST_BOOKING}
       GROUP BY b.resource_id)
    SELECT ${id} AS "groupId", ${name} AS "groupName", count(*)::int AS "resourceCount",
           coalesce(sum(booked.bookings), 0)::int AS "bookingCount",
           coalesce(sum(booked.cancelled), 0)::int AS "cancelledCount",
           coalesce(sum(booked.no_shows), 0)::int AS "noShowCount",
           coalesce(sum(booked.minutes), 0)::float8 AS "bookedMinutes",
           sum(opening.minutes * max_concurrent)::float8 AS "openMinutes",
           (coalesce(sum(booked.minutes), 0) / nullif(sum(opening.minutes * max_concurrent), 0))::float8
             AS utilization
      FROM resources
      JOIN opening ON opening.zone = resources.zone
       AND opening.hours IS NOT DISTINCT FROM resources.hours
      LEFT JOIN booked ON booked.resource_id = resources.id
     GROUP BY 1, 2
     ORDER BY utilization DESC NULLS LAST, "groupName", "groupId"
     LIMIT ${limit}`)
}
