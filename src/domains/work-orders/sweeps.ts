import type { Backend } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { generateDue } from './maintenance/generate.ts'
import { findPlace } from './service/load.ts'
import { advanceClocks } from './service/save.ts'

/** Tells of every SLA clock that has come to a threshold. */
const slaClocks = defineSweep({
  name: 'sla clocks',
  everyMs: 5_000,
  batch: 50,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`work_order`,
    id: Prisma.sql`work_order.id`,
    organization: Prisma.sql`work_order.organization_id`,
    where: Prisma.sql`sla_next_at <= ${now}`,
    order: Prisma.sql`sla_next_at, work_order.id`,
    lock: Prisma.sql`FOR UPDATE OF work_order`,
  }),
  async work(unit, rows: { id: string }[]) {
    const orders = await unit.tx.workOrder.findMany({
      where: { id: { in: rows.map((row) => row.id) } },
      orderBy: [{ slaNextAt: 'asc' }, { id: 'asc' }],
    })
    for (const order of orders) {
      await advanceClocks(unit, order, await findPlace(unit, order.locationId, 'locationId'))
    }
  },
})

/** @returns how many work orders it looked at */
export const sweepSlaClocks = (backend: Backend, now?: Date) =>
  slaClocks.at(backend, undefined, now)

/** Makes the work orders of every maintenance schedule that is due. */
const maintenance = defineSweep({
  name: 'maintenance schedules',
  everyMs: 10_000,
  batch: 10,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`maintenance_schedule`,
    id: Prisma.sql`maintenance_schedule.id`,
    organization: Prisma.sql`maintenance_schedule.organization_id`,
    where: Prisma.sql`next_generate_at <= ${now}`,
    order: Prisma.sql`next_generate_at, maintenance_schedule.id`,
    lock: Prisma.sql`FOR UPDATE OF maintenance_schedule`,
  }),
  async work(unit, rows: { id: string }[]) {
    const id = { in: rows.map((row) => row.id) }
    const schedules = await unit.tx.maintenanceSchedule.findMany({
      where: { id },
      orderBy: [{ nextGenerateAt: 'asc' }, { id: 'asc' }],
    })
    for (const schedule of schedules) await generateDue(unit, schedule)
    // After long idleness a schedule has more occurrences than one transaction deals with.
    const left = await unit.tx.maintenanceSchedule.findMany({
      where: { id, nextGenerateAt: { lte: unit.now } },
      select: { id: true },
    })
    return left.map((schedule) => schedule.id)
  },
})

/** @returns how many schedules it looked at */
export const sweepMaintenance = (backend: Backend, now?: Date) =>
  maintenance.at(backend, undefined, now)

/** What the clock does for work orders. */
export const sweeps = [slaClocks, maintenance]
