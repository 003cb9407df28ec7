import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { askSoon, asksBeforeReminding, bookingHookJob, remind } from './hooks/hooks.ts'

/** Bookings handled in one transaction: bounds its time. */
const BATCH = 100
/** A question has had this long to be asked by whoever was told of it. */
const GRACE_MS = 5_000
/** Questions found again per run; the next one finds the rest. */
const LOST = 500

/**
 * Reminds everybody whose booking begins soon, once; where a hook is asked first, asks it. Safe on
 * any number of workers: what one of them holds is left to it, and what is done is no longer due.
 * @returns how many bookings it looked at
 */
export async function sweepReminders(backend: Backend, now = new Date()): Promise<number> {
  const { rows } = await backend.database.pool.query<{ organizationId: string; plan: Plan }>(
    `SELECT id AS "organizationId", plan FROM organization WHERE id IN (
       SELECT organization_id FROM booking
        WHERE status = 'CONFIRMED' AND reminder_at IS NOT NULL AND reminder_at <= $1
          AND hook_at IS NULL)`,
    [now],
  )
  let total = 0
  for (const owner of rows) {
    for (;;) {
      const done = await transaction(backend, { ...owner, kind: 'system' }, (unit) =>
        remindBatch(unit, now),
      )
      total += done
      if (done < BATCH) break
    }
  }
  return total
}

async function remindBatch(unit: UnitOfWork, now: Date): Promise<number> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM booking
     WHERE organization_id = ${unit.organizationId}
       AND status = 'CONFIRMED' AND reminder_at IS NOT NULL AND reminder_at <= ${now}
       AND hook_at IS NULL
     ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`
  const bookings = await unit.tx.booking.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { startTime: 'asc' },
  })
  // A worker that was away for long does not remind of what has begun.
  const ahead = bookings.filter((booking) => booking.startTime > now)
  const asked = (await asksBeforeReminding(unit)) ? ahead : []
  const ids = (of: typeof bookings) => ({ id: { in: of.map((booking) => booking.id) } })
  await unit.tx.booking.updateMany({ where: ids(asked), data: { hookAt: unit.now } })
  askSoon(
    unit,
    asked.map(({ id }) => ({ id, hookAt: unit.now })),
  )
  const done = bookings.filter((booking) => !asked.includes(booking))
  await unit.tx.booking.updateMany({ where: ids(done), data: { reminderAt: null } })
  for (const booking of ahead) if (!asked.includes(booking)) await remind(unit, booking)
  return bookings.length
}

/**
 * Wakes whoever asks for the questions that a lost wake-up or a dead worker left.
 * @returns how many there were
 */
export async function findLostQuestions(backend: Backend, now = new Date()): Promise<number> {
  const { rows } = await backend.database.pool.query<{ id: string }>(
    `SELECT id FROM booking
      WHERE hook_at IS NOT NULL AND hook_at <= $1 AND status IN ('PENDING', 'CONFIRMED')
      ORDER BY hook_at LIMIT ${LOST}`,
    [new Date(now.getTime() - GRACE_MS)],
  )
  for (const { id } of rows) backend.queue.enqueueSoon(bookingHookJob, id, id)
  return rows.length
}
