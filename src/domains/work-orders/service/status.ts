import { workBegins, workEnds } from '../../assets/automatic-status.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { AccessError, demandVersion } from '../../../errors.ts'
import type { Labor, WorkOrder } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { demandNoSubmittedQuotation } from '../../sor/blocking.ts'
import { coordinates } from '../access.ts'
import { checklistShape } from '../records/checklist.ts'
import {
  type FinalRecords,
  serializeCompletedWorkOrder,
  workOrderCompleted,
} from '../completed-event.ts'
import { workOrderStatusChanged } from '../events.ts'
import type { ChangeWorkOrderStatusInput } from '../orders/fields.ts'
import { demandCompletable, demandTransition, isResponse } from '../rules.ts'
import { shiftResolution } from '../sla/deadlines.ts'
import { stopTimers } from '../records/labor.ts'
import { findPlace, lockWorkOrder } from './load.ts'
import { continueSchedule } from '../maintenance/service.ts'
import { type Announcement, announce, saveWorkOrder } from './save.ts'
import { findSlaPolicy } from '../sla/sla-policy.ts'
import { memo } from '../../../database/memo.ts'

/** Moves a work order along its transition table; completing it also records workorder.completed. */
export async function changeWorkOrderStatus(
  unit: UnitOfWork,
  input: ChangeWorkOrderStatusInput,
): Promise<WorkOrder> {
  const before = await lockWorkOrder(unit, input.id)
  demandVersion(before, input.expectedVersion)
  if (input.status === before.status) return before
  demandTransition(before, input.status, input.reason)
  if (before.status === 'CLOSED' && !coordinates(unit.caller)) {
    throw new AccessError('FORBIDDEN', 'Only a Manager, Admin or Owner reopens a closed work order')
  }
  if (input.status === 'COMPLETED') {
    demandCompletable({ ...before, checklist: checklistShape.parse(before.checklist) })
    await demandNoSubmittedQuotation(unit, before.id)
  }
  // Everything is decided: from here on it is written.
  const { left, labor } = await leave(unit, before, input)
  const after = enter(unit, left, input)
  const announcements: Announcement[] = [{ event: workOrderStatusChanged }]
  if (after.status === 'COMPLETED') {
    const records = await readFinalRecords(unit, before.id, labor)
    announcements.push(
      announce(workOrderCompleted, (order) => serializeCompletedWorkOrder(order, records)),
    )
  }
  const place = await findPlace(unit, before.locationId, 'locationId')
  const order = await saveWorkOrder(unit, { before, after, announcements, place })
  await continueSchedule(unit, order)
  await moveAsset(unit, before, order)
  return order
}

/** An asset whose status is automatic follows the work that counts as maintenance. */
async function moveAsset(unit: UnitOfWork, before: WorkOrder, after: WorkOrder): Promise<void> {
  const isUnderWay = ({ status }: WorkOrder) => status === 'IN_PROGRESS' || status === 'ON_HOLD'
  if (after.status === 'IN_PROGRESS') await workBegins(unit, after.assetId, after.id)
  else if (isUnderWay(before) && !isUnderWay(after)) await workEnds(unit, after.assetId)
}

/** What ends with the old status: nobody works on it, a clock that stood still runs again. */
async function leave(
  unit: UnitOfWork,
  order: WorkOrder,
  { status }: ChangeWorkOrderStatusInput,
): Promise<{ left: WorkOrder; labor: readonly Labor[] }> {
  const left: WorkOrder = { ...order, onHoldReason: null, slaPausedAt: null }
  let labor: readonly Labor[] = []
  if (order.status === 'IN_PROGRESS') {
    const stopped = await stopTimers(unit, order)
    labor = stopped.labor
    Object.assign(left, stopped.sums)
  }
  // Nobody could work on it while it was held or complete, so that time does not count.
  const stoodStillSince = status === 'REOPENED' ? order.completedAt : order.slaPausedAt
  if (stoodStillSince === null) return { left, labor }
  const place = await findPlace(unit, order.locationId, 'locationId')
  const { hours } = await findSlaPolicy(unit, place)
  return { left: shiftResolution(left, hours, stoodStillSince, unit.now), labor }
}

/** What begins with the new status. */
function enter(unit: UnitOfWork, order: WorkOrder, input: ChangeWorkOrderStatusInput): WorkOrder {
  const { status } = input
  const entered: WorkOrder = { ...order, status }
  const reason = input.reason ?? null
  if (isResponse(status)) entered.respondedAt ??= unit.now
  switch (status) {
    case 'IN_PROGRESS':
      entered.startedAt ??= unit.now
      break
    case 'ON_HOLD':
      entered.onHoldReason = reason
      entered.slaPausedAt = unit.now
      break
    case 'CANCELLED':
      entered.cancelReason = reason
      break
    case 'COMPLETED':
      entered.completedAt = unit.now
      entered.completedById = userIdOf(unit.caller) ?? null
      break
    case 'REOPENED':
      entered.reopenReason = reason
      entered.completedAt = null
      entered.completedById = null
      // It was signed for work that turned out not to be done.
      entered.signedAt = null
      entered.signedBy = null
      entered.signatureUrl = null
      break
    case 'OPEN':
      // Back to the pool: nobody is on it any more.
      entered.assigneeId = null
      break
    default:
  }
  return entered
}

async function readFinalRecords(
  unit: UnitOfWork,
  workOrderId: string,
  labor: readonly Labor[],
): Promise<FinalRecords> {
  const parts = await unit.tx.partUse.findMany({
    where: { workOrderId },
    include: { part: true },
    orderBy: [{ created: 'asc' }, { id: 'asc' }],
  })
  return { labor, parts, currency: await findCurrency(unit) }
}

/** Currency of the organization, read once per transaction. */
const findCurrency = memo(async ({ tx, organizationId }: UnitOfWork): Promise<string> => {
  const { currency } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { currency: true },
  })
  return currency
})
