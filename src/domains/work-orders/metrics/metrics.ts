import { Prisma, type PrismaClient } from '../../../generated/prisma/client.ts'
import type {
  SlaStatus,
  WorkOrderPriority,
  WorkOrderStatus,
  WorkOrderType,
} from '../../../generated/prisma/enums.ts'

/** Work orders opened in a span of time, perhaps only at some places or of some kinds. */
export interface MetricsScope {
  organizationId: string
  from: Date
  to: Date
  siteId: string | undefined
  locationIds: readonly string[] | undefined
  types: readonly WorkOrderType[] | undefined
}

type Reader = Pick<PrismaClient, '$queryRaw'>

/** Conditions on work_order w. Raw SQL is not scoped by the client, so the organization stands here. */
function conditions(scope: MetricsScope, moment: 'created' | 'completed_at' = 'created') {
  const column = Prisma.raw(`w."${moment}"`)
  const parts = [
    Prisma.sql`w.organization_id = ${scope.organizationId}`,
    Prisma.sql`${column} >= ${scope.from} AND ${column} < ${scope.to}`,
  ]
  if (scope.siteId !== undefined) {
    parts.push(Prisma.sql`w.location_id IN (
      SELECT id FROM location WHERE organization_id = ${scope.organizationId} AND site_id = ${scope.siteId})`)
  }
  if (scope.locationIds !== undefined) {
    parts.push(Prisma.sql`w.location_id = ANY(${[...scope.locationIds]})`)
  }
  if (scope.types !== undefined) {
    parts.push(Prisma.sql`w.type::text = ANY(${[...scope.types]})`)
  }
  return Prisma.join(parts, ' AND ')
}

export interface Figures {
  count: number
  open: number
  completed: number
  meanSecondsToRespond: number | null
  meanSecondsToResolve: number | null
}

const FIGURES = Prisma.sql`
  count(*)::int AS count,
  count(*) FILTER (WHERE w.status NOT IN ('COMPLETED', 'CLOSED', 'CANCELLED', 'SKIPPED'))::int AS open,
  count(w.completed_at)::int AS completed,
  avg(extract(epoch FROM w.responded_at - w.created))::float8 AS "meanSecondsToRespond",
  avg(extract(epoch FROM w.completed_at - w.created))::float8 AS "meanSecondsToResolve"`

export async function measureAll(reader: Reader, scope: MetricsScope): Promise<Figures> {
  const [row] = await reader.$queryRaw<Figures[]>`
    SELECT ${FIGURES} FROM work_order w WHERE ${conditions(scope)}`
  if (row === undefined) throw new Error('an aggregate has one row')
  return row
}

export function measureByStatus(
  reader: Reader,
  scope: MetricsScope,
): Promise<{ status: WorkOrderStatus; count: number }[]> {
  return reader.$queryRaw`
    SELECT w.status, count(*)::int AS count FROM work_order w
     WHERE ${conditions(scope)} GROUP BY w.status ORDER BY w.status`
}

export function measureByPriority(
  reader: Reader,
  scope: MetricsScope,
): Promise<(Figures & { priority: WorkOrderPriority })[]> {
  return reader.$queryRaw`
    SELECT w.priority, ${FIGURES} FROM work_order w
     WHERE ${conditions(scope)} GROUP BY w.priority ORDER BY w.priority DESC`
}

/** The places with the most work orders first. Which those are an index tells without the rows. */
export function measureByLocation(
  reader: Reader,
  scope: MetricsScope,
  first: number,
): Promise<(Figures & { locationId: string })[]> {
  return reader.$queryRaw`
    WITH most AS MATERIALIZED (
      SELECT w.location_id FROM work_order w WHERE ${conditions(scope)} GROUP BY w.location_id
       ORDER BY count(*) DESC, w.location_id LIMIT ${first}
    )
    SELECT w.location_id AS "locationId", ${FIGURES}
      FROM most JOIN work_order w ON w.location_id = most.location_id
     WHERE ${conditions(scope)} GROUP BY w.location_id
     ORDER BY count(*) DESC, w.location_id`
}

export interface Compliance {
  clock: 'RESPONSE' | 'RESOLUTION'
  met: number
  breached: number
  running: number
}

/** Of each clock: how many promises were kept, how many broken, how many are still open. */
export function measureCompliance(reader: Reader, scope: MetricsScope): Promise<Compliance[]> {
  const of = (status: SlaStatus) =>
    Prisma.sql`count(*) FILTER (WHERE c.status = ${status}::sla_status)::int`
  return reader.$queryRaw`
    SELECT clock, ${of('MET')} AS met, ${of('BREACHED')} AS breached,
           count(*) FILTER (WHERE c.status IN ('ON_TRACK', 'AT_RISK', 'CRITICAL'))::int AS running
      FROM work_order w
     CROSS JOIN LATERAL (VALUES ('RESPONSE', w.sla_response_status),
                                ('RESOLUTION', w.sla_resolution_status)) AS c (clock, status)
     WHERE ${conditions(scope)} GROUP BY clock ORDER BY clock DESC`
}

export interface Bucket {
  start: Date
  opened: number
  completed: number
}

/** What was opened and what was completed per day, week or month on the wall of a time zone. */
export function measureOverTime(
  reader: Reader,
  scope: MetricsScope,
  unit: 'day' | 'week' | 'month',
  timezone: string,
): Promise<Bucket[]> {
  const step = `1 ${unit}`
  const first = Prisma.sql`date_trunc(${unit}, ${scope.from}::timestamptz, ${timezone})`
  // A place among the starts is found in a fraction of the time that a moment takes to be truncated.
  const counted = (moment: 'created' | 'completed_at') => Prisma.sql`
    SELECT width_bucket(${Prisma.raw(`w."${moment}"`)}, (SELECT array_agg(start ORDER BY nth) FROM bucket)) AS nth,
           count(*)::int AS n
      FROM work_order w WHERE ${conditions(scope, moment)} GROUP BY 1`
  return reader.$queryRaw`
    WITH bucket AS (
      SELECT start, nth
        FROM generate_series(${first}, ${scope.to}::timestamptz - interval '1 microsecond',
                             ${step}::interval, ${timezone}) WITH ORDINALITY AS b (start, nth)
    ), opened AS (${counted('created')}), completed AS (${counted('completed_at')})
    SELECT bucket.start, coalesce(opened.n, 0) AS opened, coalesce(completed.n, 0) AS completed
      FROM bucket LEFT JOIN opened USING (nth) LEFT JOIN completed USING (nth)
     ORDER BY nth`
}
