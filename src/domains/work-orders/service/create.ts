import { demandWorkableAsset } from '../../assets/service.ts'
import { newId } from '../../../database/ids.ts'
import { insertRows } from '../../../database/insert-rows.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { record } from '../../../events/record.ts'
import type { Location, WorkOrder } from '../../../generated/prisma/client.ts'
import { demandActiveUser, demandCompany, userIdOf } from '../../../identity/users/people.ts'
import type { ChecklistItem } from '../records/checklist.ts'
import { serializeWorkOrder, workOrderCreated } from '../events.ts'
import type { CreateWorkOrderInput } from '../orders/fields.ts'
import { readClocks, tell, type Telling } from '../sla/clocks.ts'
import { slaDeadlines, slaStart } from '../sla/deadlines.ts'
import { toFacts } from '../sla/told.ts'
import { findPlace } from './load.ts'
import { facetsOf } from './facets.ts'
import { recordFacts } from './save.ts'
import { findSlaPolicy } from '../sla/sla-policy.ts'

/** Where a work order comes from, when nobody typed it. */
export interface Origin {
  requestId?: string
  reportedById?: string | null
  maintenanceScheduleId?: string
  occurrenceAt?: Date
}

/** A work order that has been decided on and not written yet. */
export interface PreparedWorkOrder {
  order: WorkOrder
  place: Location
  tellings: Telling[]
  before: WorkOrder
}

export async function createWorkOrder(
  unit: UnitOfWork,
  input: CreateWorkOrderInput,
  origin: Origin = {},
): Promise<WorkOrder> {
  const prepared = await prepareWorkOrder(unit, input, origin)
  await insertWorkOrders(unit, [prepared])
  return prepared.order
}

/** Decides what the new work order is; reads, but writes nothing. */
export async function prepareWorkOrder(
  unit: UnitOfWork,
  input: CreateWorkOrderInput,
  origin: Origin = {},
): Promise<PreparedWorkOrder> {
  const place = await findPlace(unit, input.locationId, 'locationId')
  if (input.assigneeId != null) await demandActiveUser(unit, input.assigneeId, 'assigneeId')
  if (input.assetId != null) await demandWorkableAsset(unit, input.assetId, 'assetId')
  if (input.companyId != null) await demandCompany(unit, input.companyId)
  const priority = input.priority ?? 'MEDIUM'
  const occurrenceAt = origin.occurrenceAt ?? null
  const policy = await findSlaPolicy(unit, place)
  const fresh: WorkOrder = {
    ...EMPTY,
    ...slaDeadlines(policy, priority, slaStart({ created: unit.now, occurrenceAt }), 0),
    id: newId('workOrder', unit.now.getTime()),
    organizationId: unit.organizationId,
    title: input.title,
    description: input.description ?? null,
    priority,
    type: input.type ?? 'CORRECTIVE',
    locationId: place.id,
    assetId: input.assetId ?? null,
    assigneeId: input.assigneeId ?? null,
    companyId: input.companyId ?? null,
    reportedById:
      origin.reportedById === undefined ? (userIdOf(unit.caller) ?? null) : origin.reportedById,
    requestId: origin.requestId ?? null,
    maintenanceScheduleId: origin.maintenanceScheduleId ?? null,
    occurrenceAt,
    dueAt: input.dueAt ?? null,
    requiresSignature: input.requiresSignature ?? false,
    checklist: (input.checklist ?? []).map(toItem),
    created: unit.now,
    updated: unit.now,
  }
  const before = readClocks(fresh, unit.now)
  const { order, tellings } = tell(before, unit.now)
  return { order, place, tellings, before }
}

/** Writes work orders in one statement and records their events. */
export async function insertWorkOrders(
  unit: UnitOfWork,
  prepared: readonly PreparedWorkOrder[],
): Promise<void> {
  if (prepared.length === 0) return
  await insertRows(
    unit,
    'workOrder',
    prepared.map(({ order }) => order),
  )
  for (const { order, before, place, tellings } of prepared) {
    record(unit, workOrderCreated, {
      subjectId: order.id,
      object: serializeWorkOrder(before),
      facets: facetsOf(unit, order, place),
    })
    recordFacts(unit, order, toFacts(before, tellings, unit.now), place)
  }
}

function toItem(item: { text: string; mandatory: boolean }): ChecklistItem {
  return { id: newId('checklistItem'), ...item }
}

/** A work order of which nothing is known yet. */
const EMPTY = {
  status: 'OPEN',
  completedById: null,
  startedAt: null,
  respondedAt: null,
  completedAt: null,
  onHoldReason: null,
  cancelReason: null,
  reopenReason: null,
  slaPausedAt: null,
  slaPausedSeconds: 0,
  slaStatus: 'NONE',
  slaResponseStatus: 'NONE',
  slaResolutionStatus: 'NONE',
  slaResponseTold: 0,
  slaResolutionTold: 0,
  slaNextAt: null,
  attachments: [],
  signedAt: null,
  signedBy: null,
  signatureUrl: null,
  laborSeconds: 0,
  laborCostCents: 0,
  partsCostCents: 0,
  version: 1,
} as const satisfies Partial<WorkOrder>
