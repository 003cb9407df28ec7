import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Prisma } from '../../generated/prisma/client.ts'
import type { VisitorCheckpointKey } from '../../generated/prisma/enums.ts'
import { PLACE_FACETS, placeFacets } from '../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const checkpointKey = z.enum(['Nda', 'Photo', 'HealthForm', 'IdCheck'])
const checkpoint = z.object({ key: checkpointKey, completedAt: seconds('Completion') })

const payload = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  company: z.string().optional(),
  type: z.enum(['Guest', 'Contractor', 'Vendor', 'Candidate', 'Delivery', 'Other']),
  purpose: z.string().optional(),
  hostId: z.string().describe('User who is visited.'),
  locationId: z.string(),
  siteId: z.string(),
  invitationId: z.string().optional(),
  bookingId: z.string().optional(),
  walkIn: z.boolean().describe('Came without being announced.'),
  expectedArrival: seconds('Announced arrival'),
  expectedDeparture: seconds('Announced departure').optional(),
  status: z.enum([
    'PendingApproval',
    'Registered',
    'CheckedIn',
    'CheckedOut',
    'Denied',
    'Cancelled',
    'NoShow',
  ]),
  badgeNumber: z.string().optional(),
  photoUrl: z.string().optional(),
  ndaSignedAt: seconds('Signature of the non-disclosure agreement').optional(),
  checkpoints: z.array(checkpoint).describe('Completed ones, oldest first.'),
  checkedInAt: seconds('Check-in').optional(),
  checkedOutAt: seconds('Check-out').optional(),
  checkedOutBy: z
    .string()
    .optional()
    .describe('Id of a user or key; "system" for the check-out at closing.'),
  denyReason: z.string().optional(),
  cancelReason: z.string().optional(),
  created: seconds('Registration'),
  updated: seconds('Last change'),
})
export type VisitorPayload = z.infer<typeof payload>

/** A visitor with all that payloads and facets need. */
export const VISITOR_RECORD = {
  checkpoints: true,
  location: true,
  invitation: { select: { createdById: true, hostIds: true } },
} as const
export type VisitorRecord = Prisma.VisitorGetPayload<{ include: typeof VISITOR_RECORD }>

/** Whose visit it is: whoever announced it and whom it is to, by itself or by its invitation. */
export function partyOfVisitor({
  hostId,
  registeredById,
  invitation,
}: Pick<VisitorRecord, 'hostId' | 'registeredById' | 'invitation'>): string[] {
  const people = [hostId, registeredById, invitation?.createdById, ...(invitation?.hostIds ?? [])]
  return [...new Set(people.filter((id) => id != null))]
}

export function visitorFacets(visitor: VisitorRecord): FacetsOf<'location' | 'site'> {
  return { ...placeFacets(visitor.location), party: partyOfVisitor(visitor) }
}

const keyName = (key: VisitorCheckpointKey) => checkpointKey.parse(toPascalCase(key))

/** The one shape in which a visitor appears in events. */
export function serializeVisitor(visitor: VisitorRecord): VisitorPayload {
  const { shape } = payload
  const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
  const completed = visitor.checkpoints.toSorted(
    (a, b) => a.completedAt.getTime() - b.completedAt.getTime() || (a.key < b.key ? -1 : 1),
  )
  return omitEmpty({
    id: visitor.id,
    name: visitor.name,
    email: visitor.email,
    phone: visitor.phone,
    company: visitor.company,
    type: shape.type.parse(toPascalCase(visitor.type)),
    purpose: visitor.purpose,
    hostId: visitor.hostId,
    locationId: visitor.locationId,
    siteId: visitor.siteId,
    invitationId: visitor.invitationId,
    bookingId: visitor.bookingId,
    walkIn: visitor.walkIn,
    expectedArrival: toUnixSeconds(visitor.expectedArrival),
    expectedDeparture: at(visitor.expectedDeparture),
    status: shape.status.parse(toPascalCase(visitor.status)),
    badgeNumber: visitor.badgeNumber,
    photoUrl: visitor.photoUrl,
    ndaSignedAt: at(completed.find(({ key }) => key === 'NDA')?.completedAt ?? null),
    checkpoints: completed.map(({ key, completedAt }) => ({
      key: keyName(key),
      completedAt: toUnixSeconds(completedAt),
    })),
    checkedInAt: at(visitor.checkedInAt),
    checkedOutAt: at(visitor.checkedOutAt),
    checkedOutBy: visitor.checkedOutBy,
    denyReason: visitor.denyReason,
    cancelReason: visitor.cancelReason,
    created: toUnixSeconds(visitor.created),
    updated: toUnixSeconds(visitor.updated),
  })
}

/** The checkpoint that an event is about, beside the visitor's own fields. */
export function serializeCheckpoint(done: { key: VisitorCheckpointKey; completedAt: Date }) {
  return { key: keyName(done.key), completedAt: toUnixSeconds(done.completedAt) }
}

const example: VisitorPayload = {
  id: 'vis-5m2w8k4',
  name: 'Ada Guest',
  email: 'ada.guest@visitor.example',
  company: 'Guest & Co',
  type: 'Guest',
  purpose: 'Quarterly review',
  hostId: 'usr-9d3x5z7',
  locationId: 'loc-2f7k1m9',
  siteId: 'loc-0c4d8s2',
  walkIn: false,
  expectedArrival: 1_780_050_000,
  status: 'Registered',
  checkpoints: [],
  created: 1_780_000_000,
  updated: 1_780_000_000,
}
const signed: VisitorPayload = {
  ...example,
  ndaSignedAt: 1_780_049_900,
  checkpoints: [{ key: 'Nda', completedAt: 1_780_049_900 }],
  updated: 1_780_049_900,
}
const inside: VisitorPayload = {
  ...signed,
  status: 'CheckedIn',
  badgeNumber: 'B-17',
  checkedInAt: 1_780_050_120,
  updated: 1_780_050_120,
}

const shared = { scopes: ['visitors:read'], payload, facets: PLACE_FACETS } as const

export const visitorRegistered = defineEvent({
  ...shared,
  type: 'visitor.registered',
  description:
    'Somebody was announced, or walked in. The status tells whether the visit still needs an approval.',
  example,
})

export const visitorUpdated = defineEvent({
  ...shared,
  type: 'visitor.updated',
  description: 'Details of an announced visit changed: time, host, place or person.',
  example: { ...example, expectedArrival: 1_780_053_600, updated: 1_780_010_000 },
  previousExample: { purpose: null },
})

export const visitorApproved = defineEvent({
  ...shared,
  type: 'visitor.approved',
  description: 'A visit that needed an approval got it.',
  example: { ...example, updated: 1_780_010_000 },
  previousExample: { status: 'PendingApproval' },
})

export const visitorDenied = defineEvent({
  ...shared,
  type: 'visitor.denied',
  description: 'A visit was refused.',
  example: {
    ...example,
    status: 'Denied',
    denyReason: 'Site is closed that day',
    updated: 1_780_010_000,
  },
  previousExample: { status: 'PendingApproval', denyReason: null },
})

export const visitorCancelled = defineEvent({
  ...shared,
  type: 'visitor.cancelled',
  description: 'An announced visit was called off, or its approval did not come in time.',
  example: { ...example, status: 'Cancelled', updated: 1_780_010_000 },
  previousExample: { status: 'Registered' },
})

export const visitorNoShow = defineEvent({
  ...shared,
  type: 'visitor.no_show',
  description: 'The site closed on the expected day and the visitor had not come.',
  example: { ...example, status: 'NoShow', updated: 1_780_074_000 },
  previousExample: { status: 'Registered' },
})

export const visitorCheckedIn = defineEvent({
  ...shared,
  type: 'visitor.checked_in',
  description: 'A visitor has arrived.',
  example: inside,
  previousExample: { status: 'Registered', checkedInAt: null },
})

export const visitorCheckedOut = defineEvent({
  ...shared,
  type: 'visitor.checked_out',
  description: 'A visitor has left, or the site has closed.',
  example: {
    ...inside,
    status: 'CheckedOut',
    checkedOutAt: 1_780_060_000,
    checkedOutBy: 'system',
    updated: 1_780_060_000,
  },
  previousExample: { status: 'CheckedIn', checkedOutAt: null, checkedOutBy: null },
})

export const visitorCheckpointCompleted = defineEvent({
  ...shared,
  type: 'visitor.checkpoint.completed',
  description: 'A visitor completed a checkpoint, such as signing a form. Names which one.',
  payload: payload.extend({ checkpoint }),
  example: { ...signed, checkpoint: { key: 'Nda', completedAt: 1_780_049_900 } },
  previousExample: { checkpoints: [] },
})

export const bookingCheckpointTriggerMatched = defineEvent({
  type: 'booking.checkpoint.trigger_matched',
  description:
    'A visitor of a booking has completed every checkpoint that the site requires: rooms can be made ready.',
  scopes: ['bookings:read', 'customers:read', 'resources:read', 'services:read', 'visitors:read'],
  payload: z.object({
    id: z.string().describe('The booking.'),
    visitorId: z.string(),
    hostId: z.string(),
    locationId: z.string(),
    siteId: z.string(),
    checkpoints: z.array(checkpointKey).describe('What the site requires, all of it completed.'),
    matchedAt: seconds('Completion of the last one'),
  }),
  example: {
    id: 'bk-3r6v1c8',
    visitorId: 'vis-5m2w8k4',
    hostId: 'usr-9d3x5z7',
    locationId: 'loc-2f7k1m9',
    siteId: 'loc-0c4d8s2',
    checkpoints: ['Nda', 'Photo'],
    matchedAt: 1_780_049_900,
  },
  facets: [...PLACE_FACETS, 'resource'],
})

export function serializeTriggerMatch(
  visitor: VisitorRecord,
  bookingId: string,
  required: readonly VisitorCheckpointKey[],
  now: Date,
) {
  return {
    id: bookingId,
    visitorId: visitor.id,
    hostId: visitor.hostId,
    locationId: visitor.locationId,
    siteId: visitor.siteId,
    checkpoints: required.map(keyName),
    matchedAt: toUnixSeconds(now),
  }
}

export const visitorErased = defineEvent({
  type: 'visitor.erased',
  description:
    'The personal data of a past visit was erased here, in the stored events too: erase your copies.',
  scopes: ['visitors:read'],
  payload: z.object({ id: z.string(), erased: z.literal(true) }),
  example: { id: 'vis-5m2w8k4', erased: true },
  facets: PLACE_FACETS,
})
