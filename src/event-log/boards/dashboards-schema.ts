import { BOOKING_SCOPES } from '../../domains/bookings/events.ts'
import { defineDashboard } from './dashboard.ts'

defineDashboard('workOrderBoard', {
  description:
    'Changes of work orders, each with the work order as it is now: for a board. Subscribe first, load `workOrders` when the first checkpoint has come, then apply what follows.',
  permissions: ['work-orders:read'],
  types: ['workorder.*'],
  record: {
    field: 'workOrder',
    type: 'WorkOrder',
    facet: 'workOrder',
    description: 'As it is now, which may be later than the event; null when it is gone.',
  },
})

defineDashboard('assetStatus', {
  description:
    'Assets as they go to another status, move, are added or removed, each as it is now: for a status board. Readings of sensors are not among it. Subscribe first, load `assets` when the first checkpoint has come, then apply what follows.',
  permissions: ['assets:read'],
  types: ['asset.created', 'asset.updated', 'asset.status.changed', 'asset.deleted'],
  record: {
    field: 'asset',
    type: 'Asset',
    description: 'As it is now, which may be later than the event; null when it is gone.',
  },
})

defineDashboard('resourceBookings', {
  description:
    'Bookings of one resource as they are made, moved, checked in and ended, each as it is now: for the display beside a door. Subscribe first, load `bookings` of the resource when the first checkpoint has come, then apply what follows.',
  permissions: BOOKING_SCOPES,
  types: [
    'booking.created',
    'booking.updated',
    'booking.cancelled',
    'booking.checked_in',
    'booking.ended',
    'booking.no_show',
    'booking.rejected',
    'booking.deleted',
    'booking.bulk_deleted',
  ],
  record: {
    field: 'booking',
    type: 'Booking',
    description:
      'As it is now, which may be later than the event; null when it is gone, and for `booking.bulk_deleted`, whose data names several.',
  },
  of: {
    argument: 'resourceId',
    type: 'Resource',
    description: 'Of this resource.',
    facet: 'resource',
  },
})

defineDashboard('visitorsOnSite', {
  description:
    'Visits of a site, or of one place in it, as they are announced, begin and end, each as it is now: for a front desk or a list of who is inside. Subscribe first, load `visitors` with status CHECKED_IN when the first checkpoint has come; from then on whoever comes with that status is on site, and whoever comes with another one is not.',
  permissions: ['visitors:read'],
  types: [
    'visitor.registered',
    'visitor.updated',
    'visitor.approved',
    'visitor.denied',
    'visitor.cancelled',
    'visitor.no_show',
    'visitor.checked_in',
    'visitor.checked_out',
    'visitor.checkpoint.completed',
    'visitor.erased',
  ],
  record: {
    field: 'visitor',
    type: 'Visitor',
    description: 'As it is now, which may be later than the event; null when it is gone.',
  },
  of: {
    argument: 'locationId',
    type: 'Location',
    description: 'At this site, or at this place and what lies below it.',
    facet: 'location',
  },
})
