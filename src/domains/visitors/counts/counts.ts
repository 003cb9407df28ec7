import { z } from 'zod'
import { invalid } from '../../../errors.ts'
import { type PrismaClient, Prisma } from '../../../generated/prisma/client.ts'

/** Days in one answer. */
const MAX_DAYS = 366

export interface VisitorDay {
  /** "2026-03-29", at the site */
  day: string
  expected: number
  arrived: number
  walkIns: number
  noShows: number
  cancelled: number
  denied: number
  /** Null when nobody has left. */
  meanMinutes: number | null
}

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/**
 * Visits per local day of their places, by announced arrival, days without any left out. Computed
 * by the database in one statement.
 * @throws DomainError VALIDATION for days that are none, or too many of them.
 */
export async function countVisitors(
  client: PrismaClient,
  organizationId: string,
  span: { from: string; to: string; siteId?: string | null | undefined },
): Promise<VisitorDay[]> {
  const [from, to] = [parseDay(span.from, 'from'), parseDay(span.to, 'to')]
  const days = (to - from) / 86_400_000 + 1
  if (days < 1) throw invalid('must not come before from', 'to')
  if (days > MAX_DAYS) throw invalid(`At most ${MAX_DAYS} days at once`, 'to')
  const site = span.siteId == null ? Prisma.empty : Prisma.sql`AND visitor.site_id = ${span.siteId}`
  return client.$queryRaw<VisitorDay[]>`
    SELECT to_char(local.day, 'YYYY-MM-DD') AS day,
           count(*)::int AS expected,
           count(visitor.checked_in_at)::int AS arrived,
           count(*) FILTER (WHERE visitor.walk_in)::int AS "walkIns",
           count(*) FILTER (WHERE visitor.status = 'NO_SHOW')::int AS "noShows",
           count(*) FILTER (WHERE visitor.status = 'CANCELLED')::int AS cancelled,
           count(*) FILTER (WHERE visitor.status = 'DENIED')::int AS denied,
           (avg(extract(epoch FROM visitor.checked_out_at - visitor.checked_in_at)) / 60)::float8
             AS "meanMinutes"
      FROM visitor
      JOIN location AS place ON place.id = visitor.location_id
      JOIN location AS site ON site.id = visitor.site_id
      JOIN organization ON organization.id = visitor.organization_id
     CROSS JOIN LATERAL (
       SELECT (visitor.expected_arrival AT TIME ZONE
                 coalesce(place.timezone, site.timezone, organization.timezone))::date AS day) AS local
     WHERE visitor.organization_id = ${organizationId} ${site}
       -- A day more on either side, for the index; the local day decides.
       AND visitor.expected_arrival >= ${new Date(from - 86_400_000)}
       AND visitor.expected_arrival < ${new Date(to + 2 * 86_400_000)}
       AND local.day BETWEEN ${span.from}::date AND ${span.to}::date
     GROUP BY local.day ORDER BY local.day`
}

function parseDay(text: string, field: string): number {
  const moment = day.safeParse(text).success ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text)) return moment
  throw invalid('must be a day like 2026-03-31', field)
}
