import { isDeepStrictEqual } from 'node:util'
import type { UnitOfWork } from '../../db/unit-of-work.ts'
import type { EventDefinition } from '../../events/define.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import type { WorkOrder } from '../../generated/prisma/client.ts'
import type { PlaceRef } from '../../locations/events.ts'
import {
  serializeWorkOrder,
  workOrderFacets,
  type WorkOrderPayload,
  workOrderUpdated,
} from '../events.ts'
import { workOrderSlaAtRisk, workOrderSlaBreached } from '../sla-events.ts'
import { readClocks, takeBack, tell, type Telling } from '../sla/clocks.ts'

/** What tells of a change: an event, and its payload where that is more than the work order. */
export interface Announcement {
  event: EventDefinition<WorkOrderPayload>
  object?: (order: WorkOrder) => WorkOrderPayload
}

/** Binds an event of a richer payload, so that type and payload stay together. */
export function announce<T extends WorkOrderPayload>(
  event: EventDefinition<T>,
  object: (order: WorkOrder) => T,
): Announcement {
  return { event, object }
}

export interface Change {
  before: WorkOrder
  after: WorkOrder
  announcements: readonly Announcement[]
  place: PlaceRef
  /** The deadlines were counted anew: what was told of the old ones may be told again. */
  newDeadlines?: boolean
}

/**
 * Writes a changed work order and the events that tell of it. What the SLA clocks had to tell before
 * the change is told before it, what they have to tell because of it after it; nothing waits for the
 * sweep. Nothing changed = nothing written, no event.
 */
export async function saveWorkOrder(unit: UnitOfWork, change: Change): Promise<WorkOrder> {
  const { before, place } = change
  if (diffPayloads(serializeWorkOrder(before), serializeWorkOrder(change.after)) === undefined) {
    return before
  }
  const stamp = { updated: unit.now, version: before.version + 1 }
  const due = tell(before, unit.now)
  recordTellings(unit, before, due.tellings, place)
  const carried: WorkOrder = {
    ...change.after,
    ...stamp,
    slaResponseTold: due.order.slaResponseTold,
    slaResolutionTold: due.order.slaResolutionTold,
    slaResponseStatus: due.order.slaResponseStatus,
    slaResolutionStatus: due.order.slaResolutionStatus,
  }
  const changed = readClocks(
    change.newDeadlines === true ? takeBack(carried, unit.now) : carried,
    unit.now,
  )
  const previous = diffPayloads(serializeWorkOrder(due.order), serializeWorkOrder(changed)) ?? {}
  for (const { event, object = serializeWorkOrder } of change.announcements) {
    record(unit, event, {
      subjectId: before.id,
      object: object(changed),
      previous,
      facets: workOrderFacets(changed, place),
    })
  }
  const after = tell(changed, unit.now)
  recordTellings(unit, changed, after.tellings, place)
  return write(unit, before, after.order)
}

/**
 * Lets the clocks of a work order go on to now: tells what is due, and records workorder.updated for
 * a step that has no event of its own (critical).
 */
export async function advanceClocks(
  unit: UnitOfWork,
  before: WorkOrder,
  place: PlaceRef,
): Promise<WorkOrder> {
  const stamped = { ...before, updated: unit.now }
  const { order, tellings } = tell(stamped, unit.now)
  recordTellings(unit, stamped, tellings, place)
  const told = tellings.at(-1)?.order ?? stamped
  const previous = diffPayloads(serializeWorkOrder(told), serializeWorkOrder(order))
  if (previous !== undefined) {
    record(unit, workOrderUpdated, {
      subjectId: order.id,
      object: serializeWorkOrder(order),
      previous,
      facets: workOrderFacets(order, place),
    })
  }
  const silent = tellings.length === 0 && previous === undefined
  return write(unit, before, {
    ...order,
    version: before.version + (silent ? 0 : 1),
    updated: silent ? before.updated : unit.now,
  })
}

export function recordTellings(
  unit: UnitOfWork,
  before: WorkOrder,
  tellings: readonly Telling[],
  place: PlaceRef,
): void {
  let last = before
  for (const { clock, level, order } of tellings) {
    const now = { ...order, updated: unit.now }
    record(unit, level === 'AT_RISK' ? workOrderSlaAtRisk : workOrderSlaBreached, {
      subjectId: order.id,
      object: {
        ...serializeWorkOrder(now),
        slaClock: clock === 'RESPONSE' ? 'Response' : 'Resolution',
      },
      previous: diffPayloads(serializeWorkOrder(last), serializeWorkOrder(now)) ?? {},
      facets: workOrderFacets(order, place),
    })
    last = order
  }
}

/** Writes the columns that differ, and only them: most changes touch no index. */
async function write(unit: UnitOfWork, before: WorkOrder, after: WorkOrder): Promise<WorkOrder> {
  const old = new Map<string, unknown>(Object.entries(before))
  const data = Object.fromEntries(
    Object.entries(after).filter(([column, value]) => !isDeepStrictEqual(old.get(column), value)),
  )
  if (Object.keys(data).length === 0) return after
  await unit.tx.workOrder.updateMany({
    where: { id: before.id },
    data,
  })
  return after
}
