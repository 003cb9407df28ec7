import type { Caller } from '../../access/caller.ts'
import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { eraseVisitors } from './erase.ts'
import { visitorNoShow, VISITOR_RECORD, type VisitorRecord } from './events.ts'
import { CLOSES_AT_MINUTE, RETENTION_DAYS } from './policies/policy.ts'
import { checkOutLocked } from './service/attend.ts'
import { cancelLocked } from './service/change.ts'
import { saveVisitor } from './service/save.ts'

/** Visits per transaction: short locks, far from its time limit. */
const BATCH = 50

/** Chores of this slice, for the worker's timer; each is safe on any number of workers. */
export const sweeps = [
  { name: 'visits at closing', everyMs: 30_000, run: (backend: Backend) => sweepClosing(backend) },
  { name: 'erase visitors', everyMs: 3_600_000, run: (backend: Backend) => sweepErasure(backend) },
]

/**
 * Open visits with the moment at which their site closes on them: the first closing after somebody
 * came; for whoever did not come, the closing of the expected day, or its end where they were
 * expected later. All in local time, so that a day is a day across a change of the clocks.
 */
const CLOSING = Prisma.sql`
  visitor
  JOIN location AS place ON place.id = visitor.location_id
  JOIN location AS site ON site.id = visitor.site_id
  JOIN organization ON organization.id = visitor.organization_id
  LEFT JOIN visit_policy AS policy ON policy.site_id = visitor.site_id
  CROSS JOIN LATERAL (
    SELECT coalesce(place.timezone, site.timezone, organization.timezone) AS zone,
           coalesce(policy.closes_at_minute, ${CLOSES_AT_MINUTE}) * interval '1 minute' AS time,
           coalesce(visitor.checked_in_at, visitor.expected_arrival) AS base) AS rule
  CROSS JOIN LATERAL (
    SELECT date_trunc('day', rule.base AT TIME ZONE rule.zone) AS start) AS day
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN (day.start + rule.time) AT TIME ZONE rule.zone > rule.base
        THEN (day.start + rule.time) AT TIME ZONE rule.zone
      WHEN visitor.status = 'CHECKED_IN'
        THEN (day.start + interval '1 day' + rule.time) AT TIME ZONE rule.zone
      ELSE (day.start + interval '1 day') AT TIME ZONE rule.zone END AS at) AS closing`

/** How long a closed visit waits for the erasing sweep. */
const RETENTION = Prisma.sql`
  visitor LEFT JOIN visit_policy AS policy ON policy.site_id = visitor.site_id`

/**
 * Ends the visits on which their site has closed: whoever is inside is checked out, who never came
 * is a no-show, and what nobody approved lapses.
 * @returns how many visits it ended
 */
export async function sweepClosing(backend: Backend, now = new Date()): Promise<number> {
  const due = Prisma.sql`
    visitor.ended_at IS NULL AND closing.at <= ${now}
    AND (visitor.checked_in_at IS NOT NULL OR visitor.expected_arrival <= ${now})`
  return sweep(backend, now, CLOSING, due, Prisma.sql`closing.at`, async (unit, visits) => {
    for (const { visitor, at } of visits) await close(unit, visitor, at)
  })
}

async function close(unit: UnitOfWork, visitor: VisitorRecord, at: Date): Promise<void> {
  if (visitor.status === 'CHECKED_IN') {
    await checkOutLocked(unit, visitor, at)
  } else if (visitor.status === 'REGISTERED') {
    await saveVisitor(unit, visitor, { ...visitor, status: 'NO_SHOW', endedAt: at }, visitorNoShow)
  } else if (visitor.status === 'PENDING_APPROVAL') {
    await cancelLocked(unit, visitor, 'Not approved in time')
  }
}

/**
 * Erases the personal data of visits whose site keeps it no longer.
 * @returns how many visits it erased
 */
export async function sweepErasure(backend: Backend, now = new Date()): Promise<number> {
  const due = Prisma.sql`
    visitor.ended_at IS NOT NULL AND visitor.erased_at IS NULL
    AND visitor.ended_at <= ${now}::timestamptz
          - coalesce(policy.retention_days, ${RETENTION_DAYS}) * interval '1 day'`
  return sweep(backend, now, RETENTION, due, Prisma.sql`visitor.ended_at`, (unit, visits) =>
    eraseVisitors(
      unit,
      visits.map(({ visitor }) => visitor),
    ),
  )
}

interface Due {
  visitor: VisitorRecord
  /** The moment that made it due. */
  at: Date
}

/**
 * Works through what is due, organization by organization, a batch per transaction. Rows that
 * another worker holds are left to it; the state that makes a row due ends with the work on it.
 */
async function sweep(
  { database, queue }: Backend,
  now: Date,
  source: Prisma.Sql,
  due: Prisma.Sql,
  at: Prisma.Sql,
  work: (unit: UnitOfWork, visits: Due[]) => Promise<void>,
): Promise<number> {
  const organizations = await database.pool.query<{ id: string; plan: Plan }>(
    toStatement(Prisma.sql`
      SELECT id, plan FROM organization WHERE id IN (
        SELECT visitor.organization_id FROM ${source} WHERE ${due})`),
  )
  let total = 0
  for (const { id, plan } of organizations.rows) {
    const caller: Caller = { kind: 'system', organizationId: id, plan }
    for (;;) {
      const done = await transaction({ database, queue }, caller, async (opened) => {
        const unit = { ...opened, now }
        const rows = await unit.tx.$queryRaw<{ id: string; at: Date }[]>`
          SELECT visitor.id, ${at} AS at FROM ${source}
           WHERE visitor.organization_id = ${id} AND ${due}
           ORDER BY visitor.id LIMIT ${BATCH} FOR UPDATE OF visitor SKIP LOCKED`
        if (rows.length === 0) return 0
        const visitors = await unit.tx.visitor.findMany({
          where: { id: { in: rows.map((row) => row.id) } },
          include: VISITOR_RECORD,
          orderBy: { id: 'asc' },
        })
        const moments = new Map(rows.map((row) => [row.id, row.at]))
        await work(
          unit,
          visitors.map((visitor) => ({ visitor, at: moments.get(visitor.id) ?? now })),
        )
        return rows.length
      })
      total += done
      if (done < BATCH) break
    }
  }
  return total
}

/** Prisma's statement for the plain driver: the same text, with $1, $2, … */
function toStatement(sql: Prisma.Sql): { text: string; values: unknown[] } {
  return { text: sql.text, values: sql.values }
}
