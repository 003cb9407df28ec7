import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../../events/envelope.ts'
import type { FacetsOf } from '../../../events/match.ts'
import type { Prisma } from '../../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets } from '../../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const payload = z.object({
  id: z.string(),
  type: z.enum(['Planned', 'DropIn']),
  status: z.enum(['Sent', 'Updated', 'Cancelled']),
  hostIds: z.array(z.string()).describe('Users who are visited; the first one is the main host.'),
  visitorIds: z.array(z.string()).describe('People invited; each has events of their own.'),
  locationId: z.string(),
  resourceIds: z.array(z.string()),
  bookingId: z.string().optional(),
  startAt: seconds('Expected arrival'),
  endAt: seconds('Expected departure'),
  cancelReason: z.string().optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type InvitationPayload = z.infer<typeof payload>

/** An invitation with all that payloads and facets need. */
export const INVITATION_RECORD = {
  location: true,
  visitors: { select: { id: true }, orderBy: { id: 'asc' } },
} as const
export type InvitationRecord = Prisma.VisitorInvitationGetPayload<{
  include: typeof INVITATION_RECORD
}>

/** The one shape in which an invitation appears in events; it names nobody. */
export function serializeInvitation(invitation: InvitationRecord): InvitationPayload {
  const { shape } = payload
  return omitEmpty({
    id: invitation.id,
    type: shape.type.parse(toPascalCase(invitation.type)),
    status: shape.status.parse(toPascalCase(invitation.status)),
    hostIds: invitation.hostIds,
    visitorIds: invitation.visitors.map((visitor) => visitor.id),
    locationId: invitation.locationId,
    resourceIds: invitation.resourceIds,
    bookingId: invitation.bookingId,
    startAt: toUnixSeconds(invitation.startAt),
    endAt: toUnixSeconds(invitation.endAt),
    cancelReason: invitation.cancelReason,
    created: toUnixSeconds(invitation.created),
    updated: toUnixSeconds(invitation.updated),
  })
}

/** Whose invitation it is: whoever invites, and whom the visitors come to. */
export function partyOfInvitation({
  createdById,
  hostIds,
}: Pick<InvitationRecord, 'createdById' | 'hostIds'>): string[] {
  return [...new Set([...(createdById === null ? [] : [createdById]), ...hostIds])]
}

export function invitationFacets(
  invitation: InvitationRecord,
): FacetsOf<'location' | 'site' | 'resource'> {
  const { location, resourceIds } = invitation
  return { ...placeFacets(location), resource: resourceIds, party: partyOfInvitation(invitation) }
}

const example: InvitationPayload = {
  id: 'inv-8q1t4y6',
  type: 'Planned',
  status: 'Sent',
  hostIds: ['usr-9d3x5z7'],
  visitorIds: ['vis-5m2w8k4', 'vis-6n3x9l5'],
  locationId: 'loc-2f7k1m9',
  resourceIds: [],
  startAt: 1_780_050_000,
  endAt: 1_780_060_000,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = {
  scopes: ['visitors:read'],
  payload,
  facets: [...PLACE_FACETS, 'resource'],
} as const

export const invitationCreated = defineEvent({
  ...shared,
  type: 'visitor.invitation.created',
  description:
    'People were invited together. One event for all; visitor.registered follows for each.',
  example,
})

export const invitationUpdated = defineEvent({
  ...shared,
  type: 'visitor.invitation.updated',
  description: 'An invitation changed: time, hosts, place, resources or people.',
  example: { ...example, status: 'Updated', startAt: 1_780_053_600, updated: 1_780_010_000 },
  previousExample: { status: 'Sent', endAt: 1_780_020_000 },
})

export const invitationCancelled = defineEvent({
  ...shared,
  type: 'visitor.invitation.cancelled',
  description: 'An invitation was called off, and with it the visits that had not begun.',
  example: {
    ...example,
    status: 'Cancelled',
    cancelReason: 'Moved to a video call',
    updated: 1_780_010_000,
  },
  previousExample: { status: 'Sent' },
})

export const invitationDeleted = defineEvent({
  type: 'visitor.invitation.deleted',
  description: 'An invitation was removed; its past visits stay.',
  scopes: ['visitors:read'],
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'inv-8q1t4y6', deleted: true },
  facets: [...PLACE_FACETS, 'resource'],
})
