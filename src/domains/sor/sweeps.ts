import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { Prisma, type RateSchedule } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { scheduleExpired, scheduleSuperseded } from './schedules/events.ts'
import { moveSchedule } from './schedules/service.ts'

/** Ends published schedules whose period is over or whose successor has begun. */
const ended = defineSweep({
  name: 'sor schedules',
  everyMs: 60_000,
  batch: 100,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`rate_schedule`,
    id: Prisma.sql`rate_schedule.id`,
    organization: Prisma.sql`rate_schedule.organization_id`,
    where: Prisma.sql`status = 'PUBLISHED' AND coalesce(superseded_at, effective_to) <= ${now}`,
    order: Prisma.sql`coalesce(superseded_at, effective_to), rate_schedule.id`,
    lock: Prisma.sql`FOR UPDATE OF rate_schedule`,
  }),
  work: end,
})

/** @returns how many ended here */
export const endSchedules = (backend: Backend, now?: Date) => ended.at(backend, undefined, now)

async function end(unit: UnitOfWork, rows: { id: string }[]): Promise<void> {
  const schedules = await unit.tx.rateSchedule.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { id: 'asc' },
  })
  for (const schedule of schedules) {
    const superseded = schedule.supersededAt !== null
    const after: RateSchedule = { ...schedule, status: superseded ? 'SUPERSEDED' : 'EXPIRED' }
    await moveSchedule(unit, schedule, after, superseded ? scheduleSuperseded : scheduleExpired)
  }
}

/** What the worker repeats for this slice. */
export const sweeps = [ended]
