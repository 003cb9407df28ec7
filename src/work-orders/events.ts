import { z } from 'zod'
import { defineEvent } from '../events/define.ts'
import { omitEmpty } from '../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../events/envelope.ts'
import type { Facets } from '../events/match.ts'
import { placeFacets, type PlaceRef } from '../locations/events.ts'
import type { WorkOrder } from '../generated/prisma/client.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const payload = z.object({
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
  dueAt: seconds('When it should be done').optional(),
  slaResponseDeadline: seconds('Latest answer').optional(),
  slaResolutionDeadline: seconds('Latest completion').optional(),
  startedAt: seconds('First start of work').optional(),
  respondedAt: seconds('First answer').optional(),
  completedAt: seconds('Completion').optional(),
  completedBy: z.string().optional(),
  onHoldReason: z.string().optional(),
  cancelReason: z.string().optional(),
  reopenReason: z.string().optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type WorkOrderPayload = z.infer<typeof payload>

/** The one shape in which a work order appears in events. */
export function serializeWorkOrder(order: WorkOrder): WorkOrderPayload {
  const { shape } = payload
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
    assigneeId: order.assigneeId,
    reportedBy: order.reportedById,
    dueAt: at(order.dueAt),
    slaResponseDeadline: at(order.slaResponseDeadline),
    slaResolutionDeadline: at(order.slaResolutionDeadline),
    startedAt: at(order.startedAt),
    respondedAt: at(order.respondedAt),
    completedAt: at(order.completedAt),
    completedBy: order.completedById,
    onHoldReason: order.onHoldReason,
    cancelReason: order.cancelReason,
    reopenReason: order.reopenReason,
    created: toUnixSeconds(order.created),
    updated: toUnixSeconds(order.updated),
  })
}

export function workOrderFacets(order: WorkOrder, place: PlaceRef): Facets {
  const asset = order.assetId === null ? {} : { asset: [order.assetId] }
  return { ...placeFacets(place), ...asset, workOrder: [order.id] }
}

const example: WorkOrderPayload = {
  id: 'wo-7h2p9q4',
  title: 'Lift 2 stops between floors',
  description: 'Stopped twice this morning, doors stayed shut for a minute',
  status: 'Open',
  priority: 'High',
  type: 'Corrective',
  locationId: 'loc-2f7k1m9',
  assigneeId: 'usr-4n8t6w1',
  reportedBy: 'usr-9d3x5z7',
  slaResponseDeadline: 1_780_007_200,
  slaResolutionDeadline: 1_780_043_200,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = { scopes: ['work-orders:read'], payload } as const

export const workOrderCreated = defineEvent({
  ...shared,
  type: 'workorder.created',
  description: 'A work order was opened.',
  example,
  carriesPrevious: false,
})

export const workOrderUpdated = defineEvent({
  ...shared,
  type: 'workorder.updated',
  description: 'Details of a work order changed: title, priority, assignee and the like.',
  example: { ...example, priority: 'Critical', updated: 1_780_000_600 },
  carriesPrevious: true,
})

export const workOrderStatusChanged = defineEvent({
  ...shared,
  type: 'workorder.status.changed',
  description: 'A work order went to another status.',
  example: {
    ...example,
    status: 'InProgress',
    startedAt: 1_780_003_600,
    respondedAt: 1_780_003_600,
    updated: 1_780_003_600,
  },
  carriesPrevious: true,
})

export const workOrderCompleted = defineEvent({
  ...shared,
  type: 'workorder.completed',
  description: 'A work order was completed. Follows workorder.status.changed of the same change.',
  example: {
    ...example,
    status: 'Completed',
    startedAt: 1_780_003_600,
    respondedAt: 1_780_003_600,
    completedAt: 1_780_014_400,
    completedBy: 'usr-4n8t6w1',
    updated: 1_780_014_400,
  },
  carriesPrevious: true,
})
