import { z } from 'zod'
import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { id, ids, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordField, recordPayload } from '../../graphql/commands/payloads.ts'
import { attendees, newBooking, scope, title, wholeMinute } from './fields.ts'
import { cancelBooking } from './service/cancel.ts'
import {
  approveBooking,
  checkInBooking,
  endBooking,
  markNoShow,
  rejectBooking,
  unmarkNoShow,
} from './service/change.ts'
import { createBooking } from './service/create.ts'
import { bulkDeleteBookings, deleteBooking } from './service/delete.ts'
import { updateBooking } from './service/update.ts'
import { BookingObject } from './type.ts'

const createInput = inputOf({
  ...newBooking,
  startTime: wholeMinute('Start, a whole minute; at most 60 minutes ago.'),
  endTime: wholeMinute('End, a whole minute.'),
})
export type CreateBookingInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The booking.'),
  scope,
  resourceId: id('Another resource.').optional(),
  startTime: wholeMinute('New start; without a new end it keeps its length.').optional(),
  endTime: wholeMinute('New end.').optional(),
  title: title.describe('New title; null removes it.').clearable(),
  attendees: attendees.describe('People expected; null = not said.').clearable(),
  serviceId: id('Another service; null = none.').clearable(),
  customerId: id('Another customer; null = none.').clearable(),
})
export type UpdateBookingInput = ValueOf<typeof updateInput>

const reason = text({ max: 500 }, 'Why, {min}–{max} characters.')

const cancelInput = inputOf({ id: id('The booking.'), scope, reason: reason.optional() })
export type CancelBookingInput = ValueOf<typeof cancelInput>

const rejectInput = inputOf({ id: id('The booking.'), reason })
export type RejectBookingInput = ValueOf<typeof rejectInput>

const bulkDeleteInput = inputOf({
  ids: ids({ min: 1, max: 500 }, 'The bookings, {min}–{max}.'),
  expectedVersions: field(
    ['Int'],
    z.array(z.int()),
    'Refuse if one has another version by now; one for each id, in their order.',
  ).optional(),
})
export type BulkDeleteBookingsInput = ValueOf<typeof bulkDeleteInput>

const CHANGED = 'The booking after the change.'

defineCommand('bookingCreate', {
  description:
    'Books a resource. Records booking.created. When the time is taken, a CONFLICT lists the bookings in the way. PENDING where the resource needs approval or a hook is asked first (booking.before_confirmation, see syncHookSet), otherwise CONFIRMED.',
  permission: 'bookings:write',
  input: createInput,
  run: createBooking,
  payload: recordPayload('booking', BookingObject, 'The new booking.'),
})

defineCommand('bookingUpdate', {
  description:
    'Changes a booking, or with it others of its series; what is left out stays. Records booking.updated for each that changed. All or none: a CONFLICT lists the bookings in the way. Of a series, the clock times become the same and dates move by as many days. A moved booking needs its approval again.',
  permission: 'bookings:write',
  input: updateInput,
  run: updateBooking,
  payload: (t) => ({
    ...recordField(t, 'booking', BookingObject, CHANGED, ({ booking }) => booking),
    changedIds: t.idList({
      description: 'Every booking that changed, in order of time.',
      resolve: (payload) => payload.result?.changed.map((booking) => booking.id) ?? [],
    }),
  }),
})

defineCommand('bookingCancel', {
  description:
    'Cancels a booking, or with it others of its series. Records booking.cancelled for each, and booking.series.cancelled after them with the scope ALL.',
  permission: 'bookings:write',
  input: cancelInput,
  run: cancelBooking,
  payload: (t) => ({
    ...recordField(t, 'booking', BookingObject, CHANGED, ({ booking }) => booking),
    cancelledIds: t.idList({
      description: 'Every booking that was cancelled, in order of time.',
      resolve: (payload) => payload.result?.cancelled.map((booking) => booking.id) ?? [],
    }),
  }),
})

const ACTIONS = {
  bookingApprove: [
    approveBooking,
    'Approves a PENDING booking; where a hook is asked it stays PENDING until that agrees. Records booking.updated.',
  ],
  bookingCheckIn: [
    checkInBooking,
    'Says that somebody came; possible within the check-in window only. Records booking.checked_in.',
  ],
  bookingEnd: [
    endBooking,
    'Ends a booking before its time and gives the rest of it back. Records booking.ended.',
  ],
  bookingMarkNoShow: [
    markNoShow,
    'Releases a booking for which nobody came, before its deadline does. Managers only. Records booking.no_show.',
  ],
  bookingUnmarkNoShow: [
    unmarkNoShow,
    'Puts a no-show right that was there after all. Managers only. Records booking.checked_in while its time runs, booking.ended after it; a CONFLICT lists the bookings that have its time now.',
  ],
} as const

for (const [name, [run, description]] of Object.entries(ACTIONS)) {
  defineCommand(name, {
    description,
    permission: 'bookings:write',
    input: onlyId('The booking.'),
    run,
    payload: recordPayload('booking', BookingObject, CHANGED),
  })
}

defineCommand('bookingReject', {
  description: 'Refuses a PENDING booking. Managers only. Records booking.rejected.',
  permission: 'bookings:write',
  input: rejectInput,
  run: rejectBooking,
  payload: recordPayload('booking', BookingObject, CHANGED),
})

defineCommand('bookingDelete', {
  description:
    'Removes a booking for good, with its history; to call one off, cancel it. Not while it is CHECKED_IN. Managers only. Records booking.deleted.',
  permission: 'bookings:write',
  input: onlyId('The booking.'),
  run: deleteBooking,
  payload: deletedPayload('Id of the removed booking.'),
})

defineCommand('bookingBulkDelete', {
  description:
    'Removes up to 500 bookings for good, all or none. Managers only. Records one booking.bulk_deleted instead of a booking.deleted for each.',
  permission: 'bookings:write',
  input: bulkDeleteInput,
  run: bulkDeleteBookings,
  payload: (t) => ({
    deletedIds: t.idList({
      description: 'Ids of the removed bookings.',
      resolve: (payload) => payload.result ?? [],
    }),
  }),
})
