import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { type Booking, Prisma } from '../../generated/prisma/client.ts'
import { bookingEnded, bookingNoShow, bookingRejected } from './events.ts'
import { findAllPlaced } from './place.ts'
import { lostQuestions, reminders } from './reminders.ts'
import { save } from './service/load.ts'
import { defineSweep } from '../../sweep/define.ts'

/** Bookings handled in one transaction: bounds its time. */
const BATCH = 100

/** What the clock does to a booking. Each status leads out of its own condition: once and no more. */
const DUE = [
  {
    name: 'bookings not approved',
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
    name: 'bookings not shown up for',
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
    name: 'bookings over',
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

async function handle(
  unit: UnitOfWork,
  due: (typeof DUE)[number],
  rows: readonly { id: string }[],
): Promise<void> {
  const bookings = await unit.tx.booking.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { startTime: 'asc' },
  })
  const placed = await findAllPlaced(unit, bookings)
  for (const before of bookings) {
    const at = placed.get(before.resourceId)
    if (at !== undefined) await save(unit, at, before, due.after(before, unit.now), due.event)
  }
}

const statusSweeps = DUE.map((due) =>
  defineSweep({
    name: due.name,
    everyMs: 5_000,
    batch: BATCH,
    settings: () => undefined,
    due: (now) => ({
      from: Prisma.sql`booking`,
      id: Prisma.sql`booking.id`,
      organization: Prisma.sql`booking.organization_id`,
      where: due.where(now),
      order: Prisma.sql`booking.id`,
      lock: Prisma.sql`FOR UPDATE OF booking`,
    }),
    work: (unit, rows: { id: string }[]) => handle(unit, due, rows),
  }),
)

/**
 * Refuses what nobody approved in time, releases what nobody came for, completes what is over.
 * @returns how many bookings were changed
 */
export async function sweepBookings(backend: Backend, now?: Date): Promise<number> {
  let changed = 0
  for (const sweep of statusSweeps) changed += await sweep.at(backend, undefined, now)
  return changed
}

/** Chores of this slice for the worker's timer. */
export const sweeps = [...statusSweeps, reminders, lostQuestions]
