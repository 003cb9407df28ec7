import { type Backend, transaction } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { refreshSensors } from './states.ts'

/** Sensors looked at in one transaction. */
const BATCH = 200

/**
 * Looks at the sensors whose time may be up: those that reported meanwhile get a new time, the
 * others become stale, which is told once. Whoever is being reported for right now is left alone.
 * @returns how many were looked at.
 */
export async function markStale(backend: Backend, now = new Date()): Promise<number> {
  const { rows } = await backend.database.pool.query<{ id: string; plan: Plan }>(
    `SELECT id, plan FROM organization WHERE id IN (
       SELECT organization_id FROM sensor WHERE stale_check_at <= $1)`,
    [now],
  )
  let total = 0
  for (const { id: organizationId, plan } of rows) {
    for (;;) {
      const looked = await transaction(
        backend,
        { kind: 'system', organizationId, plan },
        async (unit) => {
          // The pulse first: it is what a call that brings readings holds, see recordTelemetry.
          const due = await unit.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
            SELECT sensor.id FROM telemetry_pulse AS pulse JOIN sensor ON sensor.id = pulse.subject_id
             WHERE sensor.organization_id = ${organizationId} AND sensor.stale_check_at <= ${now}
             ORDER BY sensor.id LIMIT ${BATCH} FOR UPDATE OF pulse SKIP LOCKED`)
          await refreshSensors(
            unit,
            due.map((row) => row.id),
            now,
          )
          return due.length
        },
      )
      total += looked
      if (looked < BATCH) break
    }
  }
  return total
}
