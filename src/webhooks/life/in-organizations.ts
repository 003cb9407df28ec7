import { type Backend, transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import type { Plan } from '../../generated/prisma/enums.ts'

/** A run takes no new batch after this, so that a worker that is to stop need not wait long for it. */
const RUN_MS = 3_000

/**
 * Works something off in the organizations that have it, on Plantroom's own account: one transaction
 * per batch, until a batch finds nothing or the run has lasted long enough: the next one goes on. A
 * fault in one organization does not keep the others waiting.
 * @param due SQL of organization ids (column `organization_id`), with its values
 * @param batch returns how many things it took
 * @returns how many were taken in all
 */
export async function inOrganizations(
  backend: Backend,
  due: { text: string; values: unknown[] },
  batch: (unit: UnitOfWork) => Promise<number>,
): Promise<number> {
  const found = await backend.database.pool.query<{ id: string; plan: Plan }>({
    text: `SELECT organization.id, organization.plan FROM organization
            WHERE organization.id IN (${due.text})`,
    values: due.values,
  })
  const endMs = performance.now() + RUN_MS
  let taken = 0
  const faults: unknown[] = []
  for (const { id: organizationId, plan } of found.rows) {
    try {
      while (performance.now() < endMs) {
        const caller = { kind: 'system', organizationId, plan } as const
        const count = await transaction(backend, caller, batch)
        if (count === 0) break
        taken += count
      }
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `sweep: ${String(faults[0])}`)
  return taken
}
