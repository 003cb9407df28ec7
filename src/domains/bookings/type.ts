import { BookingStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { TRANSITIONS } from './rules.ts'

export const BookingStatusEnum = builder.enumType('BookingStatus', {
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
    approvedThrough: t.exposeString('approvedThrough', {
      nullable: true,
      description: 'Id of the session or key through which it was approved.',
    }),
    approvedDigest: t.exposeString('approvedDigest', {
      nullable: true,
      description:
        'SHA-256 of what was approved: resource, times, title, attendees, service, customer and whom it is for.',
    }),
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
