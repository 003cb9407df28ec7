import { type Backend, transaction, type UnitOfWork } from '../db/unit-of-work.ts'
import type { Plan } from '../generated/prisma/enums.ts'

/**
 * Works something off in the organizations that have it, on Plantroom's own account: one transaction
 * per batch, until a batch finds nothing. A fault in one does not keep the others waiting.
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
  let taken = 0
  const faults: unknown[] = []
  for (const { id: organizationId, plan } of found.rows) {
    try {
      for (;;) {
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
