import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { type Booking, Prisma } from '../../generated/prisma/client.ts'
import { bookingEnded, bookingNoShow, bookingRejected } from './events.ts'
import { findAllPlaced } from './place.ts'
import { findLostQuestions, sweepReminders } from './reminders.ts'
import { save } from './service/load.ts'

/** Bookings handled in one transaction: bounds its time. */
const BATCH = 100

/** What the clock does to a booking. Each status leads out of its own condition: once and no more. */
const DUE = [
  {
    name: 'reject unapproved',
    where: (now: Date) =>
      Prisma.sql`status = 'PENDING' AND hook_at IS NULL AND start_time <= ${now}`,
    after: (booking: Booking): Booking => ({
      ...booking,
      status: 'REJECTED',
      rejectReason: 'Not approved before its start',
    }),
    event: bookingRejected,
  },
  {
    name: 'release no-shows',
    where: (now: Date) =>
      Prisma.sql`status = 'CONFIRMED' AND auto_release AND check_in_deadline <= ${now}`,
    after: (booking: Booking, now: Date): Booking => ({
      ...booking,
      status: 'NO_SHOW',
      releasedAt: now,
    }),
    event: bookingNoShow,
  },
  {
    name: 'complete',
    where: (now: Date) =>
      Prisma.sql`(status = 'CHECKED_IN' OR (status = 'CONFIRMED' AND NOT auto_release)) AND end_time <= ${now}`,
    after: (booking: Booking): Booking => ({
      ...booking,
      status: 'COMPLETED',
      endedAt: booking.endTime,
    }),
    event: bookingEnded,
  },
] as const

/**
 * Does what is due: refuses what nobody approved in time, releases what nobody came for, completes
 * what is over. Any number of workers may run it: rows that another one holds are left to it.
 * @returns how many bookings were changed.
 */
export async function sweepBookings(backend: Backend, now = new Date()): Promise<number> {
  let changed = 0
  for (const due of DUE) {
    for (const owner of await findOwners(backend, due.where(now))) {
      for (;;) {
        const done = await transaction(backend, { ...owner, kind: 'system' }, (unit) =>
          handle(unit, due, now),
        )
        changed += done
        if (done < BATCH) break
      }
    }
  }
  return changed
}

/** Organizations in which something is due. */
async function findOwners(
  { database }: Backend,
  where: Prisma.Sql,
): Promise<{ organizationId: string; plan: Plan }[]> {
  const { rows } = await database.pool.query<{ organizationId: string; plan: Plan }>(
    `SELECT id AS "organizationId", plan FROM organization
      WHERE id IN (SELECT organization_id FROM booking WHERE ${where.text})`,
    where.values,
  )
  return rows
}

async function handle(unit: UnitOfWork, due: (typeof DUE)[number], now: Date): Promise<number> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM booking
     WHERE organization_id = ${unit.organizationId} AND ${due.where(now)}
     ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`
  const bookings = await unit.tx.booking.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { startTime: 'asc' },
  })
  const placed = await findAllPlaced(unit, bookings)
  for (const before of bookings) {
    const at = placed.get(before.resourceId)
    if (at !== undefined) await save(unit, at, before, due.after(before, now), due.event)
  }
  return bookings.length
}

/** Chores of this slice for the worker's timer. */
export const sweeps = [
  {
    name: 'bookings',
    everyMs: 5_000,
    run: async (backend: Backend) => {
      await sweepBookings(backend)
    },
  },
  {
    name: 'booking reminders',
    everyMs: 10_000,
    run: (backend: Backend) => sweepReminders(backend),
  },
  {
    name: 'booking hooks',
    everyMs: 5_000,
    run: (backend: Backend) => findLostQuestions(backend),
  },
]
