import { diffPayloads } from '../../events/diff.ts'
import type { EventDefinition } from '../../events/define.ts'
import type { Location, WorkOrder } from '../../generated/prisma/client.ts'
import type { AssetStatus, WorkOrderStatus } from '../../generated/prisma/enums.ts'
import {
  serializeWorkOrder,
  workOrderFacets,
  workOrderStatusChanged,
} from '../../domains/work-orders/events.ts'
import { readClocks } from '../../domains/work-orders/sla/clocks.ts'
import { shiftResolution } from '../../domains/work-orders/sla/deadlines.ts'
import { passTime } from '../../domains/work-orders/sla/told.ts'
import { type Equipment, moveAsset } from '../campus/assets.ts'
import type { Campus, Person, Step } from '../campus/campus.ts'
import type { Occasion } from '../campus/faults.ts'

/** A work order on its way through time, with what it leaves behind. */
export interface Story {
  campus: Campus
  order: WorkOrder
  place: Location
  occasion: Occasion
  step: Step
  /** What it is about, where this work order decides on its status. */
  equipment: Equipment | undefined
}

/**
 * Changes the work order of a story as the command of the product would: fields, version, events.
 * @returns false, changing nothing, for what lies in the future.
 */
export function change(
  story: Story,
  at: Date,
  actor: Person,
  changes: Partial<WorkOrder>,
  definitions: readonly EventDefinition[],
): boolean {
  if (at >= story.campus.now) return false
  letTimePass(story, at)
  const before = story.order
  const version = before.version + 1
  const after = readClocks({ ...before, ...changes, updated: at, version }, at)
  story.order = after
  const assetStatus = after.status === before.status ? undefined : ASSET_STATUS[after.status]
  if (assetStatus !== undefined) moveEquipment(story, at, actor, assetStatus)
  for (const definition of definitions) {
    story.step.facts.push({
      at,
      definition,
      subjectId: after.id,
      object: serializeWorkOrder(after),
      previous: diffPayloads(serializeWorkOrder(before), serializeWorkOrder(after)),
      facets: workOrderFacets(after, story.place),
      actorId: actor.id,
    })
  }
  return true
}

/** What becomes of the asset when its work order gets there. */
const ASSET_STATUS: Partial<Record<WorkOrderStatus, AssetStatus>> = {
  IN_PROGRESS: 'MAINTENANCE',
  COMPLETED: 'ONLINE',
  CANCELLED: 'ONLINE',
}

/** Share of repairs that end with the asset being taken out of service. */
const WORN_OUT = 0.015

export function moveEquipment(story: Story, at: Date, actor: Person, status: AssetStatus): void {
  const { equipment, occasion, campus, step } = story
  if (equipment === undefined) return
  const isGivenUp =
    status === 'ONLINE' && occasion.type === 'CORRECTIVE' && campus.random.chance(WORN_OUT)
  step.facts.push(...moveAsset(equipment, at, actor.id, isGivenUp ? 'DECOMMISSIONED' : status))
}

export function isUrgent({ priority }: Occasion): boolean {
  return priority === 'CRITICAL' || priority === 'HIGH'
}

/** What the clocks have to tell until a moment, each when its time has come. */
export function letTimePass(story: Story, until: Date): void {
  for (;;) {
    const at = story.order.slaNextAt
    if (at === null || at >= until) return
    const { order, facts } = passTime(story.order, at)
    story.order = order
    for (const fact of facts) {
      const facets = workOrderFacets(order, story.place)
      story.step.facts.push({ at, ...fact, subjectId: order.id, facets })
    }
  }
}

export const MOVED = [workOrderStatusChanged]

/** The resolution clock after it stood still for a while. */
export function resolutionAfter(order: WorkOrder, since: Date, until: Date): Partial<WorkOrder> {
  const {
    slaPausedSeconds,
    slaResolutionAtRiskAt,
    slaResolutionCriticalAt,
    slaResolutionDeadline,
  } = shiftResolution(order, undefined, since, until)
  return {
    slaPausedSeconds,
    slaResolutionAtRiskAt,
    slaResolutionCriticalAt,
    slaResolutionDeadline,
  }
}
