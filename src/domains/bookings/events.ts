import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { Booking, Resource } from '../../generated/prisma/client.ts'
import { PLACE_FACETS } from '../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const payload = z.object({
  id: z.string(),
  resourceId: z.string(),
  resourceName: z.string(),
  locationId: z.string(),
  title: z.string().optional(),
  attendees: z.int().optional().describe('People expected.'),
  bookedBy: z.string().optional().describe('User it is for; absent when a machine booked.'),
  startTime: seconds('Start'),
  endTime: seconds('End as booked'),
  status: z.enum([
    'Pending',
    'Confirmed',
    'CheckedIn',
    'Completed',
    'Cancelled',
    'NoShow',
    'Rejected',
  ]),
  seriesId: z.string().optional(),
  serviceId: z.string().optional(),
  customerId: z.string().optional().describe('Customer it is for.'),
  checkInOpensAt: seconds('First moment of the check-in window'),
  checkInDeadline: seconds('End of the check-in window'),
  approvedBy: z.string().optional(),
  approvedAt: seconds('Approval').optional(),
  rejectReason: z.string().optional(),
  cancelledBy: z.string().optional(),
  cancelledAt: seconds('Cancellation').optional(),
  cancelReason: z.string().optional(),
  checkedInAt: seconds('Check-in').optional(),
  releasedAt: seconds('Release because nobody came').optional(),
  endedAt: seconds('When it really ended').optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
export type BookingPayload = z.infer<typeof payload>

/** The one shape in which a booking appears in events. */
export function serializeBooking(booking: Booking, resource: Resource): BookingPayload {
  const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
  return omitEmpty({
    id: booking.id,
    resourceId: booking.resourceId,
    resourceName: resource.name,
    locationId: resource.locationId,
    title: booking.title,
    attendees: booking.attendees,
    bookedBy: booking.bookedById,
    startTime: toUnixSeconds(booking.startTime),
    endTime: toUnixSeconds(booking.endTime),
    status: payload.shape.status.parse(toPascalCase(booking.status)),
    seriesId: booking.seriesId,
    serviceId: booking.serviceId,
    customerId: booking.customerId,
    checkInOpensAt: toUnixSeconds(booking.checkInOpensAt),
    checkInDeadline: toUnixSeconds(booking.checkInDeadline),
    approvedBy: booking.approvedById,
    approvedAt: at(booking.approvedAt),
    rejectReason: booking.rejectReason,
    cancelledBy: booking.cancelledById,
    cancelledAt: at(booking.cancelledAt),
    cancelReason: booking.cancelReason,
    checkedInAt: at(booking.checkedInAt),
    releasedAt: at(booking.releasedAt),
    endedAt: at(booking.endedAt),
    created: toUnixSeconds(booking.created),
    updated: toUnixSeconds(booking.updated),
  })
}

const example: BookingPayload = {
  id: 'bk-8v4m2c6',
  resourceId: 'res-3b8n5q1',
  resourceName: 'Meeting room Elm',
  locationId: 'loc-2f7k1m9',
  title: 'Fire drill briefing',
  attendees: 6,
  bookedBy: 'usr-9d3x5z7',
  startTime: 1_780_012_800,
  endTime: 1_780_016_400,
  status: 'Confirmed',
  checkInOpensAt: 1_780_011_900,
  checkInDeadline: 1_780_013_700,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

/** Whoever reads bookings learns of people, resources and services through them. */
export const BOOKING_SCOPES = [
  'bookings:read',
  'customers:read',
  'resources:read',
  'services:read',
] as const

const shared = { scopes: BOOKING_SCOPES, payload, facets: [...PLACE_FACETS, 'resource'] } as const

export const bookingCreated = defineEvent({
  ...shared,
  type: 'booking.created',
  description: 'A resource was booked. Pending while it waits for approval.',
  example,
})

export const bookingUpdated = defineEvent({
  ...shared,
  type: 'booking.updated',
  description: 'A booking was moved, approved or changed otherwise.',
  example: { ...example, endTime: 1_780_020_000, updated: 1_780_000_600 },
  previousExample: { endTime: 1_780_016_400 },
})

export const bookingCancelled = defineEvent({
  ...shared,
  type: 'booking.cancelled',
  description: 'A booking was cancelled; its time is free again.',
  example: {
    ...example,
    status: 'Cancelled',
    cancelledBy: 'usr-9d3x5z7',
    cancelledAt: 1_780_000_600,
    updated: 1_780_000_600,
  },
  previousExample: { status: 'Confirmed', cancelledBy: null, cancelledAt: null },
})

export const bookingCheckedIn = defineEvent({
  ...shared,
  type: 'booking.checked_in',
  description: 'Somebody came.',
  example: {
    ...example,
    status: 'CheckedIn',
    checkedInAt: 1_780_012_740,
    updated: 1_780_012_740,
  },
  previousExample: { status: 'Confirmed', checkedInAt: null },
})

export const bookingEnded = defineEvent({
  ...shared,
  type: 'booking.ended',
  description: 'A booking is over: its time has passed, or it was ended early.',
  example: { ...example, status: 'Completed', endedAt: 1_780_015_500, updated: 1_780_015_500 },
  previousExample: { status: 'CheckedIn', endedAt: null },
})

export const bookingNoShow = defineEvent({
  ...shared,
  type: 'booking.no_show',
  description: 'Nobody checked in; the time was released.',
  example: { ...example, status: 'NoShow', releasedAt: 1_780_013_700, updated: 1_780_013_700 },
  previousExample: { status: 'Confirmed', releasedAt: null },
})

export const bookingRejected = defineEvent({
  ...shared,
  type: 'booking.rejected',
  description: 'A booking was refused, or nobody approved it before its start.',
  example: {
    ...example,
    status: 'Rejected',
    rejectReason: 'Under repair',
    updated: 1_780_000_600,
  },
  previousExample: { status: 'Pending', rejectReason: null },
})

export const bookingBeforeConfirmation = defineEvent({
  ...shared,
  type: 'booking.before_confirmation',
  description:
    'May this booking be confirmed? Asked of one hook while the booking is Pending and holds its time; see Mutation.syncHookSet.',
  example: { ...example, status: 'Pending' },
  isQuestion: true,
})

export const bookingBeforeReminder = defineEvent({
  ...shared,
  type: 'booking.before_reminder',
  description:
    'May whoever booked be reminded? Asked of one hook before the reminder goes out; see Mutation.syncHookSet.',
  example,
  isQuestion: true,
})

const tombstone = z.object({ id: z.string(), deleted: z.literal(true) })

export const bookingDeleted = defineEvent({
  type: 'booking.deleted',
  description: 'A booking was removed for good.',
  scopes: BOOKING_SCOPES,
  payload: tombstone,
  example: { id: 'bk-8v4m2c6', deleted: true },
  facets: [...PLACE_FACETS, 'resource'],
})

export const bookingBulkDeleted = defineEvent({
  type: 'booking.bulk_deleted',
  description: 'Several bookings were removed at once; there is no booking.deleted for each.',
  scopes: BOOKING_SCOPES,
  payload: z.object({ ids: z.array(z.string()), deleted: z.literal(true), count: z.int() }),
  example: { ids: ['bk-8v4m2c6', 'bk-1n7b4x9'], deleted: true, count: 2 },
  facets: [...PLACE_FACETS, 'resource'],
})
