import type { Backend } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { checkHealth } from './service.ts'

/** Finds the devices that have not been heard of for too long and says so, once per worse health. */
const health = defineSweep({
  name: 'device health',
  everyMs: 5_000,
  batch: 100,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`device`,
    id: Prisma.sql`device.id`,
    organization: Prisma.sql`device.organization_id`,
    where: Prisma.sql`health_check_at < ${now}`,
    order: Prisma.sql`health_check_at, device.id`,
    lock: Prisma.sql`FOR UPDATE OF device`,
  }),
  async work(unit, rows: { id: string }[]) {
    const devices = await unit.tx.device.findMany({
      where: { id: { in: rows.map((row) => row.id) } },
    })
    for (const device of devices) await checkHealth(unit, device, unit.now)
  },
})

/** @returns how many were looked at */
export const checkDevices = (backend: Backend, now?: Date) => health.at(backend, undefined, now)

/** What the clock does for devices. */
export const sweeps = [health]
