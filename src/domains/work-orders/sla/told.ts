import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import { serializeWorkOrder, type WorkOrderPayload, workOrderUpdated } from '../events.ts'
import { workOrderSlaAtRisk, workOrderSlaBreached } from './events.ts'
import { tell, type Telling } from './clocks.ts'

/** An event that a clock gives rise to. */
export interface ClockFact {
  definition: EventDefinition<WorkOrderPayload>
  object: WorkOrderPayload
  previous: Record<string, unknown>
}

/** The events that say what the clocks had to tell. */
export function toFacts(before: WorkOrder, tellings: readonly Telling[], now: Date): ClockFact[] {
  let last = before
  return tellings.map(({ clock, level, order }) => {
    const object = {
      ...serializeWorkOrder({ ...order, updated: now }),
      slaClock: clock === 'RESPONSE' ? ('Response' as const) : ('Resolution' as const),
    }
    const previous = diffPayloads(serializeWorkOrder(last), serializeWorkOrder(order)) ?? {}
    last = order
    return {
      definition: level === 'AT_RISK' ? workOrderSlaAtRisk : workOrderSlaBreached,
      object,
      previous,
    }
  })
}

/**
 * Lets the clocks of a work order go on to a moment: the work order then, and the events on the way,
 * with workorder.updated for a step that has no event of its own (critical).
 */
export function passTime(
  before: WorkOrder,
  now: Date,
): { order: WorkOrder; facts: readonly ClockFact[] } {
  const { order: after, tellings } = tell(before, now)
  const told = tellings.at(-1)?.order ?? before
  const facts = toFacts(before, tellings, now)
  const previous = diffPayloads(serializeWorkOrder(told), serializeWorkOrder(after))
  if (facts.length === 0 && previous === undefined) return { order: after, facts }
  const order: WorkOrder = { ...after, updated: now, version: before.version + 1 }
  if (previous !== undefined) {
    facts.push({ definition: workOrderUpdated, object: serializeWorkOrder(order), previous })
  }
  return { order, facts }
}
