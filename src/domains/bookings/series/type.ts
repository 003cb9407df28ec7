import { BookingFrequency, BookingSeriesStatus } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { WEEKDAYS } from '../../resources/open-hours.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { type Skipped } from './create.ts'

export const FrequencyEnum = builder.enumType('BookingFrequency', {
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

export const SeriesObject = builder.prismaNode('BookingSeries', {
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

export const SkippedObject = builder.objectRef<Skipped>('SkippedBooking').implement({
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
