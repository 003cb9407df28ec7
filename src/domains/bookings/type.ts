import type { Prisma } from '../../generated/prisma/client.ts'
import { BookingStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  toDateTimeFilter,
  toIdFilter,
} from '../../graphql/reading/paging.ts'
import { ResourceObject } from '../resources/type.ts'
import { TimeSpan } from '../resources/lists.ts'
import { TRANSITIONS } from './rules.ts'

const BookingStatusEnum = builder.enumType('BookingStatus', {
  description: 'Where a booking stands.',
  values: {
    [BookingStatus.PENDING]: {
      description: 'Holds its time and waits for approval, or for the answer of a hook.',
    },
    [BookingStatus.CONFIRMED]: { description: 'Booked.' },
    [BookingStatus.CHECKED_IN]: { description: 'Somebody came.' },
    [BookingStatus.COMPLETED]: { description: 'Over. Final.' },
    [BookingStatus.CANCELLED]: { description: 'Called off. Final.' },
    [BookingStatus.NO_SHOW]: { description: 'Nobody came; released.' },
    [BookingStatus.REJECTED]: { description: 'Not approved. Final.' },
  },
})

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

export const BookingObject = builder.prismaNode('Booking', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('booking', 'Booking'),
  description: 'A resource taken for a time. Half-open: one may begin when another ends.',
  authScopes: { permission: 'bookings:read' },
  fields: (t) => ({
    resource: t.relation('resource', { description: 'What is booked.' }),
    series: t.relation('series', { nullable: true, description: 'The series it belongs to.' }),
    service: t.relation('service', { nullable: true, description: 'What is had with it.' }),
    customerId: t.exposeID('customerId', { nullable: true, description: 'Customer it is for.' }),
    title: t.exposeString('title', { nullable: true, description: 'What it is about.' }),
    attendees: t.exposeInt('attendees', { nullable: true, description: 'People expected.' }),
    status: t.expose('status', { type: BookingStatusEnum, description: 'Where it stands.' }),
    allowedStatuses: t.field({
      type: [BookingStatusEnum],
      description: 'Statuses that it could go to.',
      select: { status: true },
      resolve: ({ status }) => [...TRANSITIONS[status]],
    }),
    startTime: t.expose('startTime', { type: 'DateTime', description: 'Start.' }),
    endTime: t.expose('endTime', { type: 'DateTime', description: 'End as booked.' }),
    checkInOpensAt: t.expose('checkInOpensAt', {
      type: 'DateTime',
      description: 'First moment of the check-in window.',
    }),
    checkInDeadline: t.expose('checkInDeadline', {
      type: 'DateTime',
      description: 'End of the check-in window.',
    }),
    autoRelease: t.exposeBoolean('autoRelease', {
      description: 'Whether it is released when nobody has checked in by the deadline.',
    }),
    bookedBy: t.relation('bookedBy', { nullable: true, description: 'Whom it is for.' }),
    approvedBy: t.relation('approvedBy', { nullable: true, description: 'Who approved it.' }),
    approvedAt: t.expose('approvedAt', moment('When it was approved.')),
    rejectReason: t.exposeString('rejectReason', {
      nullable: true,
      description: 'Why it was refused.',
    }),
    cancelledBy: t.relation('cancelledBy', { nullable: true, description: 'Who cancelled it.' }),
    cancelledAt: t.expose('cancelledAt', moment('When it was cancelled.')),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'Why.' }),
    checkedInAt: t.expose('checkedInAt', moment('When somebody checked in.')),
    releasedAt: t.expose('releasedAt', moment('When it was released because nobody came.')),
    endedAt: t.expose('endedAt', moment('When it really ended.')),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was booked.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const StatusFilter = builder.inputType('BookingStatusFilter', {
  description: 'Compares a status.',
  fields: (t) => ({
    in: t.field({ type: [BookingStatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [BookingStatusEnum], description: 'None of these.' }),
  }),
})

export const BookingWhere = builder.inputType('BookingWhere', {
  description: 'Which bookings; all given conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: StatusFilter, description: 'By status.' }),
    resourceId: t.field({ type: IdFilter, description: 'By resource.' }),
    locationId: t.field({ type: IdFilter, description: 'By place of the resource.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    bookedById: t.field({ type: IdFilter, description: 'By whom it is for.' }),
    seriesId: t.field({ type: IdFilter, description: 'By series.' }),
    customerId: t.field({ type: IdFilter, description: 'By customer.' }),
    startTime: t.field({ type: DateTimeFilter, description: 'By start.' }),
    endTime: t.field({ type: DateTimeFilter, description: 'By end.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    during: t.field({ type: TimeSpan, description: 'Taking place at any moment of this time.' }),
  }),
})

const during = (span: typeof TimeSpan.$inferInput | null | undefined): Prisma.BookingWhereInput =>
  span == null ? {} : { startTime: { lt: span.to }, endTime: { gt: span.from } }

export function toWhere(
  where: typeof BookingWhere.$inferInput | null | undefined,
): Prisma.BookingWhereInput {
  if (where == null) return {}
  const { status } = where
  const resourceId = toIdFilter(where.resourceId)?.in
  const places = toIdFilter(where.locationId)?.in
  const bookedById = toIdFilter(where.bookedById)
  const seriesId = toIdFilter(where.seriesId)
  const customerId = toIdFilter(where.customerId)
  const startTime = toDateTimeFilter(where.startTime)
  const endTime = toDateTimeFilter(where.endTime)
  const created = toDateTimeFilter(where.created)
  const updated = toDateTimeFilter(where.updated)
  return {
    ...(status == null
      ? {}
      : {
          status: {
            ...(status.in == null ? {} : { in: status.in }),
            ...(status.notIn == null ? {} : { notIn: status.notIn }),
          },
        }),
    ...(resourceId === undefined ? {} : { resourceId: { in: resourceId } }),
    ...(places === undefined && where.siteId == null
      ? {}
      : {
          resource: {
            ...(places === undefined ? {} : { locationId: { in: places } }),
            ...(where.siteId == null ? {} : { location: { siteId: where.siteId } }),
          },
        }),
    ...(bookedById === undefined ? {} : { bookedById }),
    ...(seriesId === undefined ? {} : { seriesId }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
    ...(created === undefined ? {} : { created }),
    ...(updated === undefined ? {} : { updated }),
    // Beside, not over, the conditions on the same fields.
    AND: [during(where.during)],
  }
}

builder.prismaObjectField(ResourceObject, 'bookings', (t) =>
  t.relatedConnection(
    'bookings',
    {
      ...pageOptions,
      totalCount: true,
      description: 'Its bookings, the earliest start first.',
      authScopes: { permission: 'bookings:read' },
      args: {
        status: t.arg({ type: StatusFilter, description: 'By status; all when left out.' }),
        during: t.arg({ type: TimeSpan, description: 'Taking place at any moment of this time.' }),
      },
      query: (args) => ({
        where: toWhere(args),
        orderBy: [{ startTime: 'asc' as const }, { id: 'asc' as const }],
      }),
    },
    ...connectionNames('ResourceBookings'),
  ),
)
