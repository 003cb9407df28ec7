import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import { Prisma, type RateSchedule } from '../../generated/prisma/client.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { scheduleExpired, scheduleSuperseded } from './events.ts'
import { moveSchedule } from './service/schedules.ts'

/** Schedules taken at once: bounds a transaction. */
const BATCH = 100

interface Due {
  organization_id: string
  plan: Plan
  ids: string[]
}

/**
 * Ends published schedules whose period is over or whose successor has begun. Safe on any number of
 * workers: a row that another one holds is left to it, and one that has ended is no longer PUBLISHED.
 * @returns how many ended here.
 */
export async function endSchedules(backend: Backend, now = new Date()): Promise<number> {
  const due = await backend.database.pool.query<Due>({
    name: 'sor-schedules-due',
    text: `SELECT due.organization_id, organization.plan, array_agg(due.id) AS ids
             FROM (SELECT id, organization_id FROM rate_schedule
                    WHERE status = 'PUBLISHED' AND coalesce(superseded_at, effective_to) <= $1
                    ORDER BY coalesce(superseded_at, effective_to) LIMIT ${BATCH}) AS due
             JOIN organization ON organization.id = due.organization_id
            GROUP BY due.organization_id, organization.plan`,
    values: [now],
  })
  let ended = 0
  for (const { organization_id: organizationId, plan, ids } of due.rows) {
    ended += await transaction(backend, { kind: 'system', organizationId, plan }, (unit) =>
      endOf(unit, ids, now),
    )
  }
  return ended
}

async function endOf(unit: UnitOfWork, ids: string[], now: Date): Promise<number> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT id FROM rate_schedule
                WHERE organization_id = ${unit.organizationId} AND id = ANY(${ids})
                  AND status = 'PUBLISHED' AND coalesce(superseded_at, effective_to) <= ${now}
                ORDER BY id FOR UPDATE SKIP LOCKED`,
  )
  const schedules = await unit.tx.rateSchedule.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: { id: 'asc' },
  })
  for (const schedule of schedules) {
    const superseded = schedule.supersededAt !== null
    const after: RateSchedule = { ...schedule, status: superseded ? 'SUPERSEDED' : 'EXPIRED' }
    await moveSchedule(unit, schedule, after, superseded ? scheduleSuperseded : scheduleExpired)
  }
  return schedules.length
}

/** What the worker repeats for this slice. */
export const sweeps = [
  { name: 'sor schedules', everyMs: 60_000, run: (backend: Backend) => endSchedules(backend) },
]
