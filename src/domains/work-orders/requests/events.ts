import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../../events/envelope.ts'
import type { FacetsOf } from '../../../events/match.ts'
import type { WorkRequest } from '../../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../../locations/events.ts'

const payload = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().optional(),
  status: z.enum(['Pending', 'Accepted', 'Rejected']),
  locationId: z.string(),
  requestedBy: z.string().optional().describe('User who asked; absent when a machine did.'),
  workOrderId: z.string().optional().describe('The work order it became.'),
  decidedBy: z.string().optional(),
  decidedAt: z.int().optional().describe('Unix seconds.'),
  rejectReason: z.string().optional(),
  created: z.int().describe('Unix seconds.'),
  updated: z.int().describe('Unix seconds.'),
})
type WorkRequestPayload = z.infer<typeof payload>

/** The one shape in which a work request appears in events. */
export function serializeWorkRequest(
  request: WorkRequest,
  workOrderId?: string,
): WorkRequestPayload {
  return omitEmpty({
    id: request.id,
    title: request.title,
    description: request.description,
    status: payload.shape.status.parse(toPascalCase(request.status)),
    locationId: request.locationId,
    requestedBy: request.requestedById,
    workOrderId: workOrderId ?? null,
    decidedBy: request.decidedById,
    decidedAt: request.decidedAt === null ? null : toUnixSeconds(request.decidedAt),
    rejectReason: request.rejectReason,
    created: toUnixSeconds(request.created),
    updated: toUnixSeconds(request.updated),
  })
}

export function requestFacets(
  request: Pick<WorkRequest, 'requestedById'>,
  place: PlaceRef,
  workOrderId?: string,
): FacetsOf<'location' | 'site' | 'workOrder'> {
  const { requestedById } = request
  return {
    ...placeFacets(place),
    ...(requestedById === null ? {} : { reporter: [requestedById] }),
    ...(workOrderId === undefined ? {} : { workOrder: [workOrderId] }),
  }
}

const example: WorkRequestPayload = {
  id: 'req-5m2v8c3',
  title: 'Desk lamp flickers',
  status: 'Pending',
  locationId: 'loc-2f7k1m9',
  requestedBy: 'usr-9d3x5z7',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}
const decided = { decidedBy: 'usr-4n8t6w1', decidedAt: 1_780_003_600, updated: 1_780_003_600 }
const shared = {
  scopes: ['work-requests:read'],
  payload,
  facets: [...PLACE_FACETS, 'workOrder'],
} as const

export const workRequestCreated = defineEvent({
  ...shared,
  type: 'work_request.created',
  description: 'Somebody asked for work.',
  example,
})

export const workRequestAccepted = defineEvent({
  ...shared,
  type: 'work_request.accepted',
  description: 'A work request became a work order. Follows workorder.created of the same change.',
  example: { ...example, ...decided, status: 'Accepted', workOrderId: 'wo-7h2p9q4' },
  previousExample: {
    status: 'Pending',
    workOrderId: null,
    decidedBy: null,
    decidedAt: null,
  },
})

export const workRequestRejected = defineEvent({
  ...shared,
  type: 'work_request.rejected',
  description: 'A work request was turned down.',
  example: { ...example, ...decided, status: 'Rejected', rejectReason: 'Replaced last week' },
  previousExample: {
    status: 'Pending',
    decidedBy: null,
    decidedAt: null,
    rejectReason: null,
  },
})
