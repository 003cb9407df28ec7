import type { Booking } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import {
  bookingActionInput,
  bulkDeleteBookingsInput,
  cancelBookingInput,
  createBookingInput,
  rejectBookingInput,
  updateBookingInput,
} from './input.ts'
import { BookingObject } from './type.ts'
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

const EditScopeEnum = builder.enumType('BookingEditScope', {
  description: 'Which bookings of a series a change is meant for.',
  values: {
    THIS: { description: 'This one alone.' },
    THIS_AND_FOLLOWING: { description: 'This one and those after it.' },
    ALL: { description: 'This one and all of the series that have not begun.' },
  },
})

defineCommand('bookingCreate', {
  description:
    'Books a resource. Records booking.created. When the time is taken, a CONFLICT lists the bookings in the way. PENDING where the resource needs approval or a hook is asked first (booking.before_confirmation, see syncHookSet), otherwise CONFIRMED.',
  permission: 'bookings:write',
  schema: createBookingInput,
  input: (t) => ({
    resourceId: t.id({ required: true, description: 'What.' }),
    startTime: t.field({
      type: 'DateTime',
      required: true,
      description: 'Start, a whole minute; at most 60 minutes ago.',
    }),
    endTime: t.field({ type: 'DateTime', required: true, description: 'End, a whole minute.' }),
    title: t.string({ description: 'What it is about, up to 200 characters.' }),
    attendees: t.int({ description: 'People expected; at most as many as the resource holds.' }),
    serviceId: t.id({ description: 'A service that is offered with the resource.' }),
    customerId: t.id({ description: 'Customer it is for.' }),
    bookedById: t.id({
      description: 'Whom it is for; oneself when left out. Managers and keys book for others.',
    }),
  }),
  run: createBooking,
  payload: (t) => ({
    booking: t.field({
      type: BookingObject,
      nullable: true,
      description: 'The new booking.',
      resolve: (payload): Booking | null => payload.result ?? null,
    }),
  }),
})

defineCommand('bookingUpdate', {
  description:
    'Changes a booking, or with it others of its series; what is left out stays. Records booking.updated for each that changed. All or none: a CONFLICT lists the bookings in the way. Of a series, the clock times become the same and dates move by as many days. A moved booking needs its approval again.',
  permission: 'bookings:write',
  schema: updateBookingInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The booking.' }),
    scope: t.field({ type: EditScopeEnum, description: 'Of a series, which; THIS when left out.' }),
    resourceId: t.id({ description: 'Another resource.' }),
    startTime: t.field({
      type: 'DateTime',
      description: 'New start; without a new end it keeps its length.',
    }),
    endTime: t.field({ type: 'DateTime', description: 'New end.' }),
    title: t.string({ description: 'New title; null removes it.' }),
    attendees: t.int({ description: 'People expected; null = not said.' }),
    serviceId: t.id({ description: 'Another service; null = none.' }),
    customerId: t.id({ description: 'Another customer; null = none.' }),
  }),
  run: updateBooking,
  payload: (t) => ({
    booking: t.field({
      type: BookingObject,
      nullable: true,
      description: 'The booking after the change.',
      resolve: (payload): Booking | null => payload.result?.booking ?? null,
    }),
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
  schema: cancelBookingInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The booking.' }),
    scope: t.field({ type: EditScopeEnum, description: 'Of a series, which; THIS when left out.' }),
    reason: t.string({ description: 'Why, 1–500 characters.' }),
  }),
  run: cancelBooking,
  payload: (t) => ({
    booking: t.field({
      type: BookingObject,
      nullable: true,
      description: 'The booking after the change.',
      resolve: (payload): Booking | null => payload.result?.booking ?? null,
    }),
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
    schema: bookingActionInput,
    input: (t) => ({
      id: t.id({ required: true, description: 'The booking.' }),
    }),
    run,
    payload: (t) => ({
      booking: t.field({
        type: BookingObject,
        nullable: true,
        description: 'The booking after the change.',
        resolve: (payload): Booking | null => payload.result ?? null,
      }),
    }),
  })
}

defineCommand('bookingReject', {
  description: 'Refuses a PENDING booking. Managers only. Records booking.rejected.',
  permission: 'bookings:write',
  schema: rejectBookingInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The booking.' }),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: rejectBooking,
  payload: (t) => ({
    booking: t.field({
      type: BookingObject,
      nullable: true,
      description: 'The booking after the change.',
      resolve: (payload): Booking | null => payload.result ?? null,
    }),
  }),
})

defineCommand('bookingDelete', {
  description:
    'Removes a booking for good, with its history; to call one off, cancel it. Not while it is CHECKED_IN. Managers only. Records booking.deleted.',
  permission: 'bookings:write',
  schema: bookingActionInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The booking.' }),
  }),
  run: deleteBooking,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed booking.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

defineCommand('bookingBulkDelete', {
  description:
    'Removes up to 500 bookings for good, all or none. Managers only. Records one booking.bulk_deleted instead of a booking.deleted for each.',
  permission: 'bookings:write',
  schema: bulkDeleteBookingsInput,
  input: (t) => ({
    ids: t.idList({ required: true, description: 'The bookings, 1–500.' }),
    expectedVersions: t.intList({
      description: 'Refuse if one has another version by now; one for each id, in their order.',
    }),
  }),
  run: bulkDeleteBookings,
  payload: (t) => ({
    deletedIds: t.idList({
      description: 'Ids of the removed bookings.',
      resolve: (payload) => payload.result ?? [],
    }),
  }),
})
