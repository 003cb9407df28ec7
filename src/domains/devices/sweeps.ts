import { type Backend, transaction } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { checkHealth } from './service.ts'

/** Devices looked at in one transaction. */
const BATCH = 100

/**
 * Finds the devices that have not been heard of for too long and says so, once per worse health.
 * Any number of workers may run it: a device that somebody else has locked is left to them.
 * @returns how many were looked at.
 */
export async function checkDevices(backend: Backend, now = new Date()): Promise<number> {
  const { rows } = await backend.database.pool.query<{ id: string; plan: Plan }>(
    `SELECT id, plan FROM organization WHERE id IN (
       SELECT organization_id FROM device WHERE health_check_at < $1)`,
    [now],
  )
  let total = 0
  for (const { id: organizationId, plan } of rows) {
    for (;;) {
      const looked = await transaction(
        backend,
        { kind: 'system', organizationId, plan },
        async (unit) => {
          const due = await unit.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
            SELECT id FROM device
             WHERE organization_id = ${organizationId} AND health_check_at < ${now}
             ORDER BY health_check_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`)
          const devices = await unit.tx.device.findMany({
            where: { id: { in: due.map((row) => row.id) } },
          })
          for (const device of devices) await checkHealth(unit, device, now)
          return due.length
        },
      )
      total += looked
      if (looked < BATCH) break
    }
  }
  return total
}

/** What the clock does for devices; it may run on any number of workers at once. */
export const sweeps = [
  {
    name: 'device health',
    everyMs: 5_000,
    async run(backend: Backend) {
      await checkDevices(backend)
    },
  },
]
