import { newId } from '../../database/ids.ts'
import type { Asset, Labor, Location, WorkOrder } from '../../generated/prisma/client.ts'
import {
  serializeCompletedWorkOrder,
  workOrderCompleted,
} from '../../domains/work-orders/completed-event.ts'
import { workOrderFacets } from '../../domains/work-orders/events.ts'
import { laborCostCents } from '../../domains/work-orders/rules.ts'
import { readClocks } from '../../domains/work-orders/sla/clocks.ts'
import { DEFAULT_POLICY, slaDeadlines } from '../../domains/work-orders/sla/deadlines.ts'
import { type Campus, HOUR_MS, hoursAfter, type Person } from '../campus/campus.ts'
import type { Occasion } from '../campus/faults.ts'
import { change, MOVED, type Story } from './story.ts'

export function newWorkOrder(
  campus: Campus,
  occasion: Occasion,
  place: Location,
  asset: Asset | undefined,
  reporter: Person,
  at: Date,
): WorkOrder {
  const order: WorkOrder = {
    id: newId('workOrder', at.getTime()),
    organizationId: campus.organizationId,
    title: occasion.title,
    description: `${occasion.title}: ${[asset?.name, place.name].filter(Boolean).join(', ')}`,
    status: 'OPEN',
    priority: occasion.priority,
    type: occasion.type,
    locationId: place.id,
    assetId: asset?.id ?? null,
    assigneeId: null,
    reportedById: reporter.id,
    completedById: null,
    dueAt: occasion.type === 'PREVENTIVE' ? hoursAfter(at, 14 * 24) : null,
    startedAt: null,
    respondedAt: null,
    completedAt: null,
    onHoldReason: null,
    cancelReason: null,
    reopenReason: null,
    companyId: null,
    requestId: null,
    maintenanceScheduleId: null,
    occurrenceAt: null,
    requiresSignature: false,
    signedAt: null,
    signedBy: null,
    signatureUrl: null,
    checklist: [],
    attachments: [],
    laborSeconds: 0,
    laborCostCents: 0,
    partsCostCents: 0,
    ...slaDeadlines(DEFAULT_POLICY, occasion.priority, at, 0),
    slaPausedAt: null,
    slaPausedSeconds: 0,
    slaStatus: 'NONE',
    slaResponseStatus: 'NONE',
    slaResolutionStatus: 'NONE',
    slaResponseTold: 0,
    slaResolutionTold: 0,
    slaNextAt: null,
    version: 1,
    created: at,
    updated: at,
  }
  return readClocks(order, at)
}

/** Everybody's work costs the same here. */
const HOURLY_RATE_CENTS = 4_800
/** Longest that anybody works on one thing before it is done. */
const SHIFT_HOURS = 6

export function finish(story: Story, at: Date, technician: Person): Date | undefined {
  const { order, campus, step, place } = story
  if (at >= campus.now) return undefined
  const startedAt = new Date(
    Math.max(order.updated.getTime(), at.getTime() - SHIFT_HOURS * HOUR_MS),
  )
  const seconds = Math.round((at.getTime() - startedAt.getTime()) / 1_000)
  const labor: Labor = {
    id: newId('labor', startedAt.getTime()),
    organizationId: campus.organizationId,
    workOrderId: order.id,
    userId: technician.id,
    startedAt,
    endedAt: at,
    seconds,
    costCents: laborCostCents(seconds, HOURLY_RATE_CENTS),
    hourlyRateCents: HOURLY_RATE_CENTS,
    note: null,
    version: 1,
    created: startedAt,
    updated: at,
  }
  const ended = {
    status: 'COMPLETED' as const,
    completedAt: at,
    completedById: technician.id,
    laborSeconds: order.laborSeconds + seconds,
    laborCostCents: order.laborCostCents + labor.costCents,
  }
  if (!change(story, at, technician, ended, MOVED)) return undefined
  step.rows.push({ table: 'labor', values: labor })
  const all = step.rows.filter((row) => row.table === 'labor').map((row) => row.values as Labor)
  const records = { labor: all, parts: [], currency: campus.currency }
  step.facts.push({
    at,
    definition: workOrderCompleted,
    subjectId: order.id,
    object: serializeCompletedWorkOrder(story.order, records),
    previous: step.facts.at(-1)?.previous,
    facets: workOrderFacets(story.order, place),
    actorId: technician.id,
  })
  return at
}
