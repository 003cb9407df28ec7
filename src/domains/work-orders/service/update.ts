import { workBegins, workEnds } from '../../assets/automatic-status.ts'
import { demandWorkableAsset } from '../../assets/service.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import { demandActiveUser, demandCompany } from '../../../identity/users/people.ts'
import { workOrderUpdated } from '../events.ts'
import type { UpdateWorkOrderInput } from '../orders/commands.ts'
import { demandEditable } from '../rules.ts'
import { slaDeadlines, slaStart } from '../sla/deadlines.ts'
import { findPlace, lockWorkOrder } from './load.ts'
import { saveWorkOrder } from './save.ts'
import { findSlaPolicy } from '../sla/sla-policy.ts'

/** Changes details. Nothing changed = nothing written, no event. */
export async function updateWorkOrder(
  unit: UnitOfWork,
  input: UpdateWorkOrderInput,
): Promise<WorkOrder> {
  const before = await lockWorkOrder(unit, input.id)
  demandEditable(before)
  const place = await findPlace(unit, input.locationId ?? before.locationId, 'locationId')
  const { id: _id, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: WorkOrder = { ...before, ...changes }
  if (after.assetId !== null && after.assetId !== before.assetId) {
    await demandWorkableAsset(unit, after.assetId, 'assetId')
  }
  if (after.assigneeId !== null && after.assigneeId !== before.assigneeId) {
    await demandActiveUser(unit, after.assigneeId, 'assigneeId')
    // Giving it to somebody answers whoever reported it.
    after.respondedAt ??= unit.now
  }
  if (after.companyId !== null && after.companyId !== before.companyId) {
    await demandCompany(unit, after.companyId)
  }
  const newDeadlines = await countsAnew(unit, before, after)
  if (newDeadlines) {
    const policy = await findSlaPolicy(unit, place)
    Object.assign(
      after,
      slaDeadlines(policy, after.priority, slaStart(before), before.slaPausedSeconds),
    )
  }
  const saved = await saveWorkOrder(unit, {
    before,
    after,
    announcements: [{ event: workOrderUpdated }],
    place,
    newDeadlines,
  })
  if (saved.assetId !== before.assetId && saved.status === 'IN_PROGRESS') {
    await workEnds(unit, before.assetId)
    await workBegins(unit, saved.assetId, saved.id)
  }
  return saved
}

/** Deadlines follow the priority, and the place where another policy holds there. */
async function countsAnew(unit: UnitOfWork, before: WorkOrder, after: WorkOrder): Promise<boolean> {
  if (after.priority !== before.priority) return true
  if (after.locationId === before.locationId) return false
  const policyOf = async ({ locationId }: WorkOrder) =>
    findSlaPolicy(unit, await findPlace(unit, locationId, 'locationId'))
  return (await policyOf(before)).id !== (await policyOf(after)).id
}
