import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { askSoon, asksBeforeReminding, bookingHookJob, remind } from './hooks/hooks.ts'

/** Bookings handled in one transaction: bounds its time. */
const BATCH = 100
/** A question has had this long to be asked by whoever was told of it. */
const GRACE_MS = 5_000
/** Questions found again at once. */
const LOST = 100

const booking = {
  from: Prisma.sql`booking`,
  id: Prisma.sql`booking.id`,
  organization: Prisma.sql`booking.organization_id`,
  lock: Prisma.sql`FOR UPDATE OF booking`,
}

/** Reminds everybody whose booking begins soon, once; where a hook is asked first, asks it. */
export const reminders = defineSweep({
  name: 'booking reminders',
  everyMs: 10_000,
  batch: BATCH,
  settings: () => undefined,
  due: (now) => ({
    ...booking,
    where: Prisma.sql`status = 'CONFIRMED' AND reminder_at IS NOT NULL AND reminder_at <= ${now}
                      AND hook_at IS NULL`,
    order: Prisma.sql`booking.id`,
  }),
  work: remindBatch,
})

export const sweepReminders = (backend: Backend, now?: Date) =>
  reminders.at(backend, undefined, now)

async function remindBatch(unit: UnitOfWork, rows: { id: string }[]): Promise<void> {
  const bookings = await unit.tx.booking.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { startTime: 'asc' },
  })
  // A worker that was away for long does not remind of what has begun.
  const ahead = bookings.filter(({ startTime }) => startTime > unit.now)
  const asked = (await asksBeforeReminding(unit)) ? ahead : []
  const ids = (of: typeof bookings) => ({ id: { in: of.map(({ id }) => id) } })
  // From this moment on, whatever the sweep takes for now.
  const hookAt = new Date()
  await unit.tx.booking.updateMany({ where: ids(asked), data: { hookAt } })
  askSoon(
    unit,
    asked.map(({ id }) => ({ id, hookAt })),
  )
  const done = bookings.filter((each) => !asked.includes(each))
  await unit.tx.booking.updateMany({ where: ids(done), data: { reminderAt: null } })
  for (const each of ahead) if (!asked.includes(each)) await remind(unit, each)
}

/** Wakes whoever asks for the questions that a lost wake-up or a dead worker left. */
export const lostQuestions = defineSweep({
  name: 'booking hooks',
  everyMs: 5_000,
  batch: LOST,
  settings: () => undefined,
  due: (now) => ({
    ...booking,
    where: Prisma.sql`hook_at IS NOT NULL AND hook_at <= ${new Date(now.getTime() - GRACE_MS)}
                      AND status IN ('PENDING', 'CONFIRMED')`,
    order: Prisma.sql`booking.hook_at, booking.id`,
  }),
  async work(unit, rows: { id: string }[]) {
    unit.afterCommit(() => {
      for (const { id } of rows) unit.queue.enqueueSoon(bookingHookJob, id, id)
    })
  },
})

export const findLostQuestions = (backend: Backend, now?: Date) =>
  lostQuestions.at(backend, undefined, now)
