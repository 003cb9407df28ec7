import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import {
  atSite,
  byChoice,
  byId,
  byMoment,
  byNumber,
  choiceFilter,
  computed,
  IdFilter,
} from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { NOTHING } from '../../graphql/reading/visibility.ts'
import { TimeSpan } from '../resources/lists.ts'
import { BookingStatusEnum } from './type.ts'

const status = choiceFilter('BookingStatusFilter', 'a status', BookingStatusEnum)

const bookings = defineList('Booking', {
  called: 'bookings',
  where: {
    status: byChoice(status, 'By status.'),
    resourceId: byId('By resource.'),
    locationId: computed(IdFilter, 'By place of the resource.', atPlaces),
    siteId: atSite((siteId) => ({ resource: { location: { siteId } } })),
    bookedById: byId('By whom it is for.'),
    seriesId: byId('By series.'),
    customerId: byId('By customer.'),
    serviceId: byId('By service that is had with it.'),
    attendees: byNumber('By people expected.'),
    startTime: byMoment('By start.'),
    endTime: byMoment('By end.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    during: computed(TimeSpan, 'Taking place at any moment of this time.', takingPlace),
    search: search('what it is about', ['title']),
  },
  orderBy: {
    START_TIME: ['startTime', 'Start.'],
    END_TIME: ['endTime', 'End.'],
    STATUS: ['status', 'Where it stands.'],
    CREATED: ['created', 'When it was booked.'],
    UPDATED: ['updated', 'When it last changed.'],
  },
  otherwise: [{ startTime: 'asc' }],
})

type Span = typeof TimeSpan.$inferInput

function takingPlace({ from, to }: Span): object {
  return { startTime: { lt: to }, endTime: { gt: from } }
}

function atPlaces({ in: places, isNull }: typeof IdFilter.$inferInput): object {
  if (isNull === true) return NOTHING
  return places == null ? { NOT: NOTHING } : { resource: { locationId: { in: places } } }
}

builder.queryFields((t) => ({
  booking: t.prismaField({
    type: 'Booking',
    nullable: true,
    description: 'One booking; null when there is none with this id.',
    authScopes: { permission: 'bookings:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the booking.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).booking.findUnique({ ...query, where: { id } }),
  }),
}))

bookings.query('bookings', {
  description: 'Bookings; the earliest start first unless ordered otherwise.',
  authScopes: { permission: 'bookings:read' },
})

interface OfResource {
  status?: { in?: string[] | null; notIn?: string[] | null } | null
  during?: Span | null
}

bookings.below('Resource', 'bookings', {
  connection: 'ResourceBookings',
  description: 'Its bookings, the earliest start first unless ordered otherwise.',
  authScopes: { permission: 'bookings:read' },
  args: builder.args((t) => ({
    status: t.field({ type: status as never, description: 'By status; all when left out.' }),
    during: t.field({ type: TimeSpan, description: 'Taking place at any moment of this time.' }),
  })),
  fromArgs: ({ status: wanted, during }: OfResource) => ({
    AND: [
      wanted?.in == null ? {} : { status: { in: wanted.in } },
      wanted?.notIn == null ? {} : { status: { notIn: wanted.notIn } },
      during == null ? {} : takingPlace(during),
    ],
  }),
})

bookings.below('BookingSeries', 'bookings', {
  connection: 'BookingSeriesBookings',
  description: 'Its bookings, the earliest start first unless ordered otherwise.',
})
