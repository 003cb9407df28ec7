import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../locations/events.ts'
import type { WorkOrder } from '../../generated/prisma/client.ts'
import { attachmentsShape, checklistShape } from './records/checklist.ts'

/** A moment in a payload. */
export const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const slaStatus = z.enum(['None', 'OnTrack', 'AtRisk', 'Critical', 'Breached', 'Met'])

export const workOrderPayload = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().optional(),
  status: z.enum([
    'Open',
    'Accepted',
    'InProgress',
    'OnHold',
    'Completed',
    'Closed',
    'Reopened',
    'Cancelled',
    'Skipped',
  ]),
  priority: z.enum(['None', 'Low', 'Medium', 'High', 'Critical']),
  type: z.enum(['Corrective', 'Preventive', 'Inspection', 'Request']),
  locationId: z.string(),
  assetId: z.string().optional(),
  assigneeId: z.string().optional(),
  reportedBy: z.string().optional().describe('User who reported it; absent when a machine did.'),
  companyId: z.string().optional().describe('Contractor in charge.'),
  requestId: z.string().optional().describe('The work request it came from.'),
  pmScheduleId: z.string().optional().describe('The maintenance schedule it came from.'),
  occurrenceAt: seconds('The occurrence of the schedule that it is for').optional(),
  dueAt: seconds('When it should be done').optional(),
  slaStatus: slaStatus.describe('The worse of both clocks.'),
  slaResponseStatus: slaStatus,
  slaResolutionStatus: slaStatus,
  slaResponseDeadline: seconds('Latest answer').optional(),
  slaResolutionDeadline: seconds('Latest completion').optional(),
  slaPausedAt: seconds('Since when the resolution clock stands still').optional(),
  slaPausedSeconds: z
    .int()
    .optional()
    .describe('Working time that the resolution clock has stood still; absent = none.'),
  startedAt: seconds('First start of work').optional(),
  respondedAt: seconds('First answer').optional(),
  completedAt: seconds('Completion').optional(),
  completedBy: z.string().optional(),
  onHoldReason: z.string().optional(),
  cancelReason: z.string().optional(),
  reopenReason: z.string().optional(),
  requiresSignature: z.boolean(),
  signedAt: seconds('Signature').optional(),
  signedBy: z.string().optional().describe('Name of whoever signed.'),
  signatureUrl: z.string().optional(),
  checklist: checklistShape.optional(),
  attachments: attachmentsShape.optional(),
  laborSeconds: z.int().describe('Sum of the finished labor.'),
  laborCostCents: z.int(),
  partsCostCents: z.int(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
export type WorkOrderPayload = z.infer<typeof workOrderPayload>

const slaName = (status: string) => slaStatus.parse(toPascalCase(status))
const unlessEmpty = <T>(list: readonly T[]) => (list.length === 0 ? null : [...list])

/** The one shape in which a work order appears in events. */
export function serializeWorkOrder(order: WorkOrder): WorkOrderPayload {
  const { shape } = workOrderPayload
  const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
  return omitEmpty({
    id: order.id,
    title: order.title,
    description: order.description,
    status: shape.status.parse(toPascalCase(order.status)),
    priority: shape.priority.parse(toPascalCase(order.priority)),
    type: shape.type.parse(toPascalCase(order.type)),
    locationId: order.locationId,
    assetId: order.assetId,
    companyId: order.companyId,
    requestId: order.requestId,
    pmScheduleId: order.maintenanceScheduleId,
    occurrenceAt: at(order.occurrenceAt),
    assigneeId: order.assigneeId,
    reportedBy: order.reportedById,
    dueAt: at(order.dueAt),
    slaResponseDeadline: at(order.slaResponseDeadline),
    slaResolutionDeadline: at(order.slaResolutionDeadline),
    slaStatus: slaName(order.slaStatus),
    slaResponseStatus: slaName(order.slaResponseStatus),
    slaResolutionStatus: slaName(order.slaResolutionStatus),
    slaPausedAt: at(order.slaPausedAt),
    slaPausedSeconds: order.slaPausedSeconds === 0 ? null : order.slaPausedSeconds,
    startedAt: at(order.startedAt),
    respondedAt: at(order.respondedAt),
    completedAt: at(order.completedAt),
    completedBy: order.completedById,
    onHoldReason: order.onHoldReason,
    cancelReason: order.cancelReason,
    reopenReason: order.reopenReason,
    requiresSignature: order.requiresSignature,
    signedAt: at(order.signedAt),
    signedBy: order.signedBy,
    signatureUrl: order.signatureUrl,
    checklist: unlessEmpty(checklistShape.parse(order.checklist)),
    attachments: unlessEmpty(attachmentsShape.parse(order.attachments)),
    laborSeconds: order.laborSeconds,
    laborCostCents: order.laborCostCents,
    partsCostCents: order.partsCostCents,
    created: toUnixSeconds(order.created),
    updated: toUnixSeconds(order.updated),
  })
}

export type WorkOrderFacets = FacetsOf<'location' | 'site' | 'asset' | 'workOrder'>

/** @param assigneeCompanyId company whose people the assignee is one of; undefined = of none */
export function workOrderFacets(
  order: WorkOrder,
  place: PlaceRef,
  assigneeCompanyId?: string,
): WorkOrderFacets {
  const asset = order.assetId === null ? {} : { asset: [order.assetId] }
  const reporter = order.reportedById === null ? {} : { reporter: [order.reportedById] }
  const companies = [order.companyId, assigneeCompanyId].filter((id) => id != null)
  const company = companies.length === 0 ? {} : { company: [...new Set(companies)] }
  return { ...placeFacets(place), ...asset, ...reporter, ...company, workOrder: [order.id] }
}

/** A work order as the examples of all its events show it. */
export const exampleWorkOrder: WorkOrderPayload = {
  id: 'wo-7h2p9q4',
  title: 'Lift 2 stops between floors',
  description: 'Stopped twice this morning, doors stayed shut for a minute',
  status: 'Open',
  priority: 'High',
  type: 'Corrective',
  locationId: 'loc-2f7k1m9',
  assigneeId: 'usr-4n8t6w1',
  reportedBy: 'usr-9d3x5z7',
  slaStatus: 'OnTrack',
  slaResponseStatus: 'OnTrack',
  slaResolutionStatus: 'OnTrack',
  requiresSignature: false,
  laborSeconds: 0,
  laborCostCents: 0,
  partsCostCents: 0,
  slaResponseDeadline: 1_780_007_200,
  slaResolutionDeadline: 1_780_043_200,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = {
  scopes: ['work-orders:read'],
  payload: workOrderPayload,
  facets: [...PLACE_FACETS, 'asset', 'workOrder'],
} as const

export const workOrderCreated = defineEvent({
  ...shared,
  type: 'workorder.created',
  description: 'A work order was opened.',
  example: exampleWorkOrder,
})

export const workOrderUpdated = defineEvent({
  ...shared,
  type: 'workorder.updated',
  description: 'Details of a work order changed: title, priority, assignee and the like.',
  example: { ...exampleWorkOrder, priority: 'Critical', updated: 1_780_000_600 },
  previousExample: { priority: 'High', assigneeId: null },
})

export const workOrderStatusChanged = defineEvent({
  ...shared,
  type: 'workorder.status.changed',
  description: 'A work order went to another status.',
  example: {
    ...exampleWorkOrder,
    status: 'InProgress',
    startedAt: 1_780_003_600,
    respondedAt: 1_780_003_600,
    updated: 1_780_003_600,
  },
  previousExample: { status: 'Open', startedAt: null, respondedAt: null },
})

export const workOrderDeleted = defineEvent({
  type: 'workorder.deleted',
  description: 'A work order was removed.',
  scopes: ['work-orders:read'],
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'wo-7h2p9q4', deleted: true },
  facets: [...PLACE_FACETS, 'asset', 'workOrder'],
})
