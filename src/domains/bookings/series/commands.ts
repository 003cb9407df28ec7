import type { BookingSeries } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { deleteInput } from '../../resources/fields.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { createSeries } from './create.ts'
import { cancelSeriesInput, createSeriesInput } from './input.ts'
import { cancelSeries, deleteSeries } from './service.ts'
import { FrequencyEnum, SeriesObject, SkippedObject } from './type.ts'

const RecurrenceInput = builder.inputType('BookingRecurrenceInput', {
  description: 'How a booking repeats, from its startTime on; at most 365 times.',
  fields: (t) => ({
    frequency: t.field({
      type: FrequencyEnum,
      required: true,
      description: 'Days, weeks, months.',
    }),
    interval: t.int({ description: 'Every so many, 1–100; 1 when left out.' }),
    daysOfWeek: t.field({
      type: [WeekdayEnum],
      description: 'For WEEKLY; the day of startTime when left out.',
    }),
    count: t.int({ description: 'How many times, 1–365. Either this or until.' }),
    until: t.field({ type: 'DateTime', description: 'The last one begins by then.' }),
  }),
})

const OnConflictEnum = builder.enumType('BookingOnConflict', {
  description: 'What happens when some times of a series are taken.',
  values: {
    FAIL: { description: 'Nothing is booked.' },
    SKIP: { description: 'They are left out and named.' },
  },
})

defineCommand('bookingSeriesCreate', {
  description:
    'Books a resource again and again by a rule. Start and end keep their wall-clock time when clocks change. Records booking.created for each.',
  permission: 'bookings:write',
  schema: createSeriesInput,
  input: (t) => ({
    resourceId: t.id({ required: true, description: 'What.' }),
    startTime: t.field({
      type: 'DateTime',
      required: true,
      description: 'Start of the first, a whole minute.',
    }),
    endTime: t.field({
      type: 'DateTime',
      required: true,
      description: 'End of the first, a whole minute.',
    }),
    rule: t.field({ type: RecurrenceInput, required: true, description: 'How it repeats.' }),
    timezone: t.string({
      description:
        "IANA time zone whose clock it keeps to; that of the resource's place if not given.",
    }),
    onConflict: t.field({ type: OnConflictEnum, description: 'FAIL when left out.' }),
    title: t.string({ description: 'What it is about, up to 200 characters.' }),
    attendees: t.int({ description: 'People expected; at most as many as the resource holds.' }),
    customerId: t.id({ description: 'Customer it is for.' }),
    serviceId: t.id({ description: 'A service that is offered with the resource.' }),
    bookedById: t.id({
      description: 'Whom it is for; oneself when left out. Managers and keys book for others.',
    }),
  }),
  run: createSeries,
  payload: (t) => ({
    series: t.field({
      type: SeriesObject,
      nullable: true,
      description: 'The new series.',
      resolve: (payload): BookingSeries | null => payload.result?.series ?? null,
    }),
    bookingIds: t.idList({
      description: 'The new bookings, in order of time.',
      resolve: (payload) => payload.result?.bookings.map((booking) => booking.id) ?? [],
    }),
    skipped: t.field({
      type: [SkippedObject],
      description: 'Times that were left out, in order.',
      resolve: (payload) => payload.result?.skipped ?? [],
    }),
  }),
})

defineCommand('bookingSeriesCancel', {
  description:
    'Cancels every booking of a series that has not begun. Records booking.cancelled for each and booking.series.cancelled after them.',
  permission: 'bookings:write',
  schema: cancelSeriesInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The series.' }),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
  run: cancelSeries,
  payload: (t) => ({
    series: t.field({
      type: SeriesObject,
      nullable: true,
      description: 'The series after the change.',
      resolve: (payload): BookingSeries | null => payload.result?.series ?? null,
    }),
    cancelledIds: t.idList({
      description: 'Every booking that was cancelled, in order of time.',
      resolve: (payload) => payload.result?.cancelled.map((booking) => booking.id) ?? [],
    }),
  }),
})

defineCommand('bookingSeriesDelete', {
  description:
    'Removes a series and all its bookings for good. Not while one is CHECKED_IN. Managers only. Records booking.bulk_deleted and booking.series.deleted.',
  permission: 'bookings:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The series.' }),
  }),
  run: deleteSeries,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed series.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
