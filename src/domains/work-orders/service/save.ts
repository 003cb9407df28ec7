import { isDeepStrictEqual } from 'node:util'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import type { PlaceRef } from '../../locations/events.ts'
import { serializeWorkOrder, type WorkOrderPayload } from '../events.ts'
import { readClocks, takeBack, tell } from '../sla/clocks.ts'
import { facetsOf } from './facets.ts'
import { type ClockFact, passTime, toFacts } from '../sla/told.ts'

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

interface Change {
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
  const due = tell(before, unit.now)
  recordFacts(unit, before, toFacts(before, due.tellings, unit.now), place)
  const carried: WorkOrder = {
    ...change.after,
    updated: unit.now,
    version: before.version + 1,
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
      facets: facetsOf(unit, changed, place),
    })
  }
  const after = tell(changed, unit.now)
  recordFacts(unit, changed, toFacts(changed, after.tellings, unit.now), place)
  return write(unit, before, after.order)
}

/** Lets the clocks of a locked work order go on to now. */
export async function advanceClocks(
  unit: UnitOfWork,
  before: WorkOrder,
  place: PlaceRef,
): Promise<WorkOrder> {
  const { order, facts } = passTime(before, unit.now)
  recordFacts(unit, order, facts, place)
  return write(unit, before, order)
}

export function recordFacts(
  unit: UnitOfWork,
  order: WorkOrder,
  facts: readonly ClockFact[],
  place: PlaceRef,
): void {
  const facets = facetsOf(unit, order, place)
  for (const { definition, object, previous } of facts) {
    record(unit, definition, { subjectId: order.id, object, previous, facets })
  }
}

/** Writes the columns that differ, and only them: most changes touch no index. */
async function write(unit: UnitOfWork, before: WorkOrder, after: WorkOrder): Promise<WorkOrder> {
  const old = new Map<string, unknown>(Object.entries(before))
  const data = Object.fromEntries(
    Object.entries(after).filter(([column, value]) => !isDeepStrictEqual(old.get(column), value)),
  )
  if (Object.keys(data).length === 0) return after
  await unit.tx.workOrder.updateMany({ where: { id: before.id }, data })
  return after
}
