import { demandWorkableAsset } from '../assets/service.ts'
import type { Caller } from '../caller.ts'
import { newId } from '../db/ids.ts'
import { lockRow, type UnitOfWork } from '../db/unit-of-work.ts'
import { AccessError, demandVersion, notFound } from '../errors.ts'
import type { EventDefinition } from '../events/define.ts'
import { diffPayloads } from '../events/diff.ts'
import { record } from '../events/record.ts'
import type { WorkOrder } from '../generated/prisma/client.ts'
import { demandActiveUser, userIdOf } from '../identity/people.ts'
import type { PlaceRef } from '../locations/events.ts'
import { findLocation } from '../locations/service.ts'
import { demandNoSubmittedQuotation } from '../sor/blocking.ts'
import {
  serializeWorkOrder,
  workOrderCompleted,
  workOrderCreated,
  workOrderFacets,
  workOrderStatusChanged,
  workOrderUpdated,
} from './events.ts'
import type {
  ChangeWorkOrderStatusInput,
  CreateWorkOrderInput,
  UpdateWorkOrderInput,
} from './input.ts'
import { demandEditable, demandTransition, isResponse, slaDeadlines } from './rules.ts'

export async function createWorkOrder(
  unit: UnitOfWork,
  input: CreateWorkOrderInput,
): Promise<WorkOrder> {
  const location = await findLocation(unit, input.locationId, 'locationId')
  if (input.assigneeId != null) await demandActiveUser(unit, input.assigneeId, 'assigneeId')
  if (input.assetId != null) await demandWorkableAsset(unit, input.assetId, 'assetId')
  const priority = input.priority ?? 'MEDIUM'
  const order = await unit.tx.workOrder.create({
    data: {
      id: newId('workOrder', unit.now.getTime()),
      organizationId: unit.organizationId,
      title: input.title,
      description: input.description ?? null,
      priority,
      type: input.type ?? 'CORRECTIVE',
      locationId: location.id,
      assetId: input.assetId ?? null,
      assigneeId: input.assigneeId ?? null,
      reportedById: userIdOf(unit.caller) ?? null,
      dueAt: input.dueAt ?? null,
      ...slaDeadlines(priority, unit.now, 0),
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, workOrderCreated, {
    subjectId: order.id,
    object: serializeWorkOrder(order),
    facets: workOrderFacets(order, location),
  })
  return order
}

/** Changes details. Nothing changed = nothing written, no event. */
export async function updateWorkOrder(
  unit: UnitOfWork,
  input: UpdateWorkOrderInput,
): Promise<WorkOrder> {
  const before = await lockWorkOrder(unit, input.id)
  demandOwn(unit.caller, before)
  demandVersion(before, input.expectedVersion)
  demandEditable(before)
  const location = await findLocation(unit, input.locationId ?? before.locationId, 'locationId')
  const { expectedVersion: _version, id: _id, ...given } = input
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
  if (after.priority !== before.priority) {
    Object.assign(after, slaDeadlines(after.priority, before.created, before.slaPausedSeconds))
  }
  return save(unit, before, after, [workOrderUpdated], location)
}

/** Moves a work order along its transition table; completing it also records workorder.completed. */
export async function changeWorkOrderStatus(
  unit: UnitOfWork,
  input: ChangeWorkOrderStatusInput,
): Promise<WorkOrder> {
  const before = await lockWorkOrder(unit, input.id)
  demandOwn(unit.caller, before)
  demandVersion(before, input.expectedVersion)
  if (input.status === before.status) return before
  demandTransition(before, input.status, input.reason)
  if (input.status === 'COMPLETED') await demandNoSubmittedQuotation(unit, before.id)
  const location = await findLocation(unit, before.locationId, 'locationId')
  const after = enter(unit, leave(unit, before), input)
  const events = [workOrderStatusChanged]
  if (after.status === 'COMPLETED') events.push(workOrderCompleted)
  return save(unit, before, after, events, location)
}

/** What ends with the old status: a hold stops standing still, a reopened order is not complete. */
function leave(unit: UnitOfWork, order: WorkOrder): WorkOrder {
  const left: WorkOrder = { ...order, onHoldReason: null }
  if (order.slaPausedAt !== null) {
    left.slaPausedSeconds += Math.round((unit.now.getTime() - order.slaPausedAt.getTime()) / 1_000)
    left.slaPausedAt = null
    left.slaResolutionDeadline = slaDeadlines(
      order.priority,
      order.created,
      left.slaPausedSeconds,
    ).slaResolutionDeadline
  }
  return left
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
      break
    case 'OPEN':
      // Back to the pool: nobody is on it any more.
      entered.assigneeId = null
      break
    default:
  }
  return entered
}

/** Writes a changed work order and the events that tell of it. */
async function save(
  unit: UnitOfWork,
  before: WorkOrder,
  after: WorkOrder,
  events: readonly EventDefinition<ReturnType<typeof serializeWorkOrder>>[],
  place: PlaceRef,
): Promise<WorkOrder> {
  const previous = diffPayloads(serializeWorkOrder(before), serializeWorkOrder(after))
  if (previous === undefined) return before
  const { id, organizationId: _organization, created: _created, ...data } = after
  const order = await unit.tx.workOrder.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.version + 1 },
  })
  for (const event of events) {
    record(unit, event, {
      subjectId: id,
      object: serializeWorkOrder(order),
      previous,
      facets: workOrderFacets(order, place),
    })
  }
  return order
}

async function lockWorkOrder(unit: UnitOfWork, id: string): Promise<WorkOrder> {
  if (!(await lockRow(unit, 'workOrder', id))) throw notFound('Work order', id)
  return unit.tx.workOrder.findUniqueOrThrow({ where: { id } })
}

/** @throws AccessError FORBIDDEN for a technician on somebody else's work order. */
function demandOwn(caller: Caller, order: WorkOrder): void {
  if (caller.kind !== 'user' || caller.role !== 'TECHNICIAN') return
  if (order.assigneeId === caller.userId) return
  throw new AccessError('FORBIDDEN', 'A technician may change only work orders assigned to them')
}
