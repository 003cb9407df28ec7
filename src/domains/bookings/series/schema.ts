import type { BookingSeries } from '../../../generated/prisma/client.ts'
import { BookingFrequency, BookingSeriesStatus } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { deleteInput } from '../../resources/fields.ts'
import { WEEKDAYS } from '../../resources/open-hours.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { createSeries, type Skipped } from './create.ts'
import { cancelSeriesInput, createSeriesInput } from './input.ts'
import { cancelSeries, deleteSeries } from './service.ts'

const FrequencyEnum = builder.enumType('BookingFrequency', {
  description: 'How a booking repeats.',
  values: {
    [BookingFrequency.DAILY]: { description: 'Every so many days.' },
    [BookingFrequency.WEEKLY]: { description: 'On days of every so many weeks.' },
    [BookingFrequency.MONTHLY]: {
      description: 'On the same day of every so many months; the last day of shorter ones.',
    },
  },
})

const SeriesStatusEnum = builder.enumType('BookingSeriesStatus', {
  description: 'Whether a series goes on.',
  values: {
    [BookingSeriesStatus.ACTIVE]: { description: 'As booked.' },
    [BookingSeriesStatus.CANCELLED]: { description: 'All that was to come was cancelled.' },
  },
})

const SeriesObject = builder.prismaNode('BookingSeries', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('bookingSeries', 'BookingSeries'),
  description:
    'Bookings made together by a rule. The rule is as it was given; bookings may differ.',
  authScopes: { permission: 'bookings:read' },
  fields: (t) => ({
    resource: t.relation('resource', { description: 'What was booked.' }),
    title: t.exposeString('title', { nullable: true, description: 'What it is about.' }),
    status: t.expose('status', { type: SeriesStatusEnum, description: 'Whether it goes on.' }),
    frequency: t.expose('frequency', { type: FrequencyEnum, description: 'How it repeats.' }),
    interval: t.exposeInt('interval', { description: 'Every so many days, weeks or months.' }),
    daysOfWeek: t.field({
      type: [WeekdayEnum],
      description: 'On these days, for WEEKLY; empty = the day of the first.',
      select: { daysOfWeek: true },
      resolve: ({ daysOfWeek }) => daysOfWeek.flatMap((day) => WEEKDAYS.slice(day - 1, day)),
    }),
    count: t.exposeInt('count', { nullable: true, description: 'How many times.' }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'The last one begins by then.',
    }),
    timezone: t.exposeString('timezone', {
      description: 'Time zone whose clock its bookings keep to.',
    }),
    bookings: t.relatedConnection(
      'bookings',
      {
        ...pageOptions,
        totalCount: true,
        description: 'Its bookings, the earliest start first.',
        query: () => ({ orderBy: [{ startTime: 'asc' as const }, { id: 'asc' as const }] }),
      },
      ...connectionNames('BookingSeriesBookings'),
    ),
    cancelledAt: t.expose('cancelledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was cancelled.',
    }),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'Why.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was booked.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryFields((t) => ({
  bookingSeries: t.prismaField({
    type: 'BookingSeries',
    nullable: true,
    description: 'One series; null when there is none with this id.',
    authScopes: { permission: 'bookings:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the series.' }) },
    resolve: (query, _root, { id }, context): Promise<BookingSeries | null> =>
      scopedPrisma(context).bookingSeries.findUnique({ ...query, where: { id } }),
  }),
}))

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

const SkippedObject = builder.objectRef<Skipped>('SkippedBooking').implement({
  description: 'A time of a series that was left out.',
  fields: (t) => ({
    startTime: t.expose('startTime', { type: 'DateTime', description: 'It would have begun.' }),
    endTime: t.expose('endTime', { type: 'DateTime', description: 'It would have ended.' }),
    reason: t.field({
      type: builder.enumType('BookingSkipReason', {
        description: 'Why a time was left out.',
        values: {
          CONFLICT: { description: 'The resource is taken.' },
          CLOSED: { description: 'The resource is closed.' },
        },
      }),
      description: 'Why.',
      resolve: (skipped) => skipped.reason,
    }),
    bookingIds: t.exposeIDList('bookingIds', { description: 'The bookings in the way.' }),
  }),
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
