import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid } from '../../errors.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { eraseVisitors } from './erase.ts'
import { visitorNoShow, VISITOR_RECORD, type VisitorRecord } from './events.ts'
import { CLOSES_AT_MINUTE, RETENTION_DAYS } from './policies/policy.ts'
import { checkOutLocked } from './service/attend.ts'
import { cancelLocked } from './service/change.ts'
import { saveVisitor } from './service/save.ts'

/** Visits per transaction: short locks, far from its time limit. */
const BATCH = 50

const visit = {
  id: Prisma.sql`visitor.id`,
  organization: Prisma.sql`visitor.organization_id`,
  order: Prisma.sql`visitor.id`,
  lock: Prisma.sql`FOR UPDATE OF visitor`,
}

/**
 * Open visits with the moment at which their site closes on them: the first closing after somebody
 * came; for whoever did not come, the closing of the expected day, or its end where they were
 * expected later. The function is in the migrations.
 */
const CLOSING = Prisma.sql`
  visitor
  JOIN location AS place ON place.id = visitor.location_id
  JOIN location AS site ON site.id = visitor.site_id
  JOIN organization ON organization.id = visitor.organization_id
  LEFT JOIN visit_policy AS policy ON policy.site_id = visitor.site_id
  CROSS JOIN LATERAL visit_closing(
    coalesce(visitor.checked_in_at, visitor.expected_arrival),
    coalesce(place.timezone, site.timezone, organization.timezone),
    coalesce(policy.closes_at_minute, ${CLOSES_AT_MINUTE}),
    visitor.status = 'CHECKED_IN') AS closing(at)`

/**
 * Ends the visits on which their site has closed: whoever is inside is checked out, who never came
 * is a no-show, and what nobody approved lapses.
 */
const closing = defineSweep({
  name: 'visits at closing',
  everyMs: 30_000,
  batch: BATCH,
  settings: () => undefined,
  due: (now) => ({
    ...visit,
    from: CLOSING,
    // Of a time zone that PostgreSQL does not know there is no moment.
    columns: Prisma.sql`nullif(closing.at, '-infinity') AS at`,
    where: Prisma.sql`
      visitor.ended_at IS NULL AND closing.at <= ${now}
      AND (visitor.checked_in_at IS NOT NULL OR visitor.expected_arrival <= ${now})`,
  }),
  async work(unit, rows: { id: string; at: Date | null }[]) {
    const moments = new Map(rows.map((row) => [row.id, row.at]))
    for (const visitor of await load(unit, rows)) {
      const at = moments.get(visitor.id)
      if (at == null) throw invalid('The time zone of the place is not one that the database knows')
      await close(unit, visitor, at)
    }
  },
})

/** @returns how many visits it ended */
export const sweepClosing = (backend: Backend, now?: Date) => closing.at(backend, undefined, now)

/** Erases the personal data of visits whose site keeps it no longer. */
const erasure = defineSweep({
  name: 'erase visitors',
  everyMs: 3_600_000,
  batch: BATCH,
  settings: () => undefined,
  due: (now) => ({
    ...visit,
    from: Prisma.sql`visitor LEFT JOIN visit_policy AS policy ON policy.site_id = visitor.site_id`,
    where: Prisma.sql`
      visitor.ended_at IS NOT NULL AND visitor.erased_at IS NULL
      AND visitor.ended_at <= ${now}::timestamptz
            - coalesce(policy.retention_days, ${RETENTION_DAYS}) * interval '1 day'`,
  }),
  work: async (unit, rows: { id: string }[]) => eraseVisitors(unit, await load(unit, rows)),
})

/** @returns how many visits it erased */
export const sweepErasure = (backend: Backend, now?: Date) => erasure.at(backend, undefined, now)

function load(unit: UnitOfWork, rows: readonly { id: string }[]): Promise<VisitorRecord[]> {
  return unit.tx.visitor.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    include: VISITOR_RECORD,
    orderBy: { id: 'asc' },
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

/** Chores of this slice, for the worker's timer. */
export const sweeps = [closing, erasure]
