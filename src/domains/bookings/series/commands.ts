import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  dateTime,
  id,
  int,
  listOf,
  oneOf,
  onlyId,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordField } from '../../../graphql/commands/payloads.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { WEEKDAYS } from '../../resources/open-hours.ts'
import { newBooking, wholeMinute } from '../fields.ts'
import { createSeries } from './create.ts'
import { MAX_OCCURRENCES } from './recurrence.ts'
import { cancelSeries, deleteSeries } from './service.ts'
import { FrequencyEnum, SeriesObject, SkippedObject } from './type.ts'

const recurrence = inputType(
  'BookingRecurrenceInput',
  `How a booking repeats, from its startTime on; at most ${MAX_OCCURRENCES} times.`,
  {
    frequency: oneOf(FrequencyEnum, 'Days, weeks, months.'),
    interval: int({ min: 1, max: 100 }, 'Every so many, {min}–{max}; 1 when left out.').default(1),
    daysOfWeek: listOf(
      oneOf(WeekdayEnum, ''),
      { max: 7, distinct: true },
      'For WEEKLY; the day of startTime when left out.',
    )
      .transform((days) => days.map((day) => WEEKDAYS.indexOf(day) + 1).toSorted((a, b) => a - b))
      .default([]),
    count: int(
      { min: 1, max: MAX_OCCURRENCES },
      'How many times, {min}–{max}. Either this or until.',
    ).default(null),
    until: dateTime('The last one begins by then.').default(null),
  },
)

const OnConflictEnum = builder.enumType('BookingOnConflict', {
  description: 'What happens when some times of a series are taken.',
  values: {
    FAIL: { description: 'Nothing is booked.' },
    SKIP: { description: 'They are left out and named.' },
  } as const,
})

const createInput = inputOf({
  ...newBooking,
  startTime: wholeMinute('Start of the first, a whole minute.'),
  endTime: wholeMinute('End of the first, a whole minute.'),
  rule: recurrence.describe('How it repeats.'),
  timezone: text(
    { min: 0, max: 100, trim: false },
    "IANA time zone whose clock it keeps to; that of the resource's place if not given.",
  ).optional(),
  onConflict: oneOf(OnConflictEnum, 'FAIL when left out.').default('FAIL'),
})
export type CreateSeriesInput = ValueOf<typeof createInput>

const cancelInput = inputOf({
  id: id('The series.'),
  reason: text({ min: 0, max: 500 }, 'Why, up to {max} characters.').optional(),
})
export type CancelSeriesInput = ValueOf<typeof cancelInput>

defineCommand('bookingSeriesCreate', {
  description:
    'Books a resource again and again by a rule. Start and end keep their wall-clock time when clocks change. Records booking.created for each.',
  permission: 'bookings:write',
  input: createInput,
  run: createSeries,
  payload: (t) => ({
    ...recordField(t, 'series', SeriesObject, 'The new series.', ({ series }) => series),
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
  input: cancelInput,
  run: cancelSeries,
  payload: (t) => ({
    ...recordField(
      t,
      'series',
      SeriesObject,
      'The series after the change.',
      ({ series }) => series,
    ),
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
  input: onlyId('The series.'),
  run: deleteSeries,
  payload: deletedPayload('Id of the removed series.'),
})
