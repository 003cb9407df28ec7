import type { Caller } from '../../access/caller.ts'
import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { advanceClocks } from './service/save.ts'
import { generateDue } from './maintenance/generate.ts'
import { findPlace } from './service/load.ts'

/*
 * Work that comes with time. Any number of workers may sweep at once: each takes rows that no other
 * holds (SKIP LOCKED), looks again under the lock, and writes in the same transaction what has been
 * done. What a worker that died had not committed, the next sweep finds again.
 */
const ORGANIZATIONS = 100
const CLOCKS_AT_ONCE = 50
const SCHEDULES_AT_ONCE = 10

interface Sweep {
  name: string
  /** Pause between two runs, milliseconds. */
  everyMs: number
  run(backend: Backend): Promise<unknown>
}

export const sweeps: readonly Sweep[] = [
  { name: 'sla clocks', everyMs: 5_000, run: (backend) => sweepSlaClocks(backend, new Date()) },
  {
    name: 'maintenance schedules',
    everyMs: 10_000,
    run: (backend) => sweepMaintenance(backend, new Date()),
  },
]

/**
 * Tells of every SLA clock that has come to a threshold by now.
 * @returns how many work orders it looked at.
 */
export async function sweepSlaClocks(backend: Backend, now: Date): Promise<number> {
  const due = `SELECT DISTINCT o.id, o.plan FROM work_order w JOIN organization o ON o.id = w.organization_id
               WHERE w.sla_next_at <= $1 LIMIT ${ORGANIZATIONS}`
  return sweepOrganizations(backend, now, due, async (unit) => {
    const locked = await unit.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM work_order
       WHERE organization_id = ${unit.organizationId} AND sla_next_at <= ${unit.now}
       ORDER BY sla_next_at LIMIT ${CLOCKS_AT_ONCE} FOR UPDATE SKIP LOCKED`
    const orders = await unit.tx.workOrder.findMany({
      where: { id: { in: locked.map((row) => row.id) } },
      orderBy: [{ slaNextAt: 'asc' }, { id: 'asc' }],
    })
    for (const order of orders) {
      await advanceClocks(unit, order, await findPlace(unit, order.locationId, 'locationId'))
    }
    return orders.length
  })
}

/**
 * Makes the work orders of every maintenance schedule that is due by now.
 * @returns how many schedules it looked at.
 */
export async function sweepMaintenance(backend: Backend, now: Date): Promise<number> {
  const due = `SELECT DISTINCT o.id, o.plan FROM maintenance_schedule s JOIN organization o ON o.id = s.organization_id
               WHERE s.next_generate_at <= $1 LIMIT ${ORGANIZATIONS}`
  return sweepOrganizations(backend, now, due, async (unit) => {
    const locked = await unit.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM maintenance_schedule
       WHERE organization_id = ${unit.organizationId} AND next_generate_at <= ${unit.now}
       ORDER BY next_generate_at LIMIT ${SCHEDULES_AT_ONCE} FOR UPDATE SKIP LOCKED`
    const schedules = await unit.tx.maintenanceSchedule.findMany({
      where: { id: { in: locked.map((row) => row.id) } },
      orderBy: [{ nextGenerateAt: 'asc' }, { id: 'asc' }],
    })
    for (const schedule of schedules) await generateDue(unit, schedule)
    return schedules.length
  })
}

/** Works off each organization batch by batch; a fault in one does not keep the others waiting. */
async function sweepOrganizations(
  backend: Backend,
  now: Date,
  due: string,
  batch: (unit: UnitOfWork) => Promise<number>,
): Promise<number> {
  const found = await backend.database.pool.query<{ id: string; plan: Plan }>(due, [now])
  let handled = 0
  const faults: unknown[] = []
  for (const { id, plan } of found.rows) {
    const caller: Caller = { kind: 'system', organizationId: id, plan }
    try {
      for (;;) {
        const count = await transaction(backend, caller, (unit) => batch({ ...unit, now }))
        handled += count
        if (count === 0) break
      }
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `sweep: ${String(faults[0])}`)
  return handled
}
