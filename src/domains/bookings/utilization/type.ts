import { builder } from '../../../graphql/builder.ts'
import { type Utilization } from './utilization.ts'

export const UtilizationObject = builder.objectRef<Utilization>('BookingUtilization').implement({
  description: 'How far some resources were used in a span of time.',
  fields: (t) => ({
    groupId: t.exposeID('groupId', {
      nullable: true,
      description: 'The site, kind or resource; null for the whole organization.',
    }),
    groupName: t.exposeString('groupName', {
      nullable: true,
      description: 'Its name; null for the whole organization.',
    }),
    resourceCount: t.exposeInt('resourceCount', { description: 'Resources that can be booked.' }),
    bookingCount: t.exposeInt('bookingCount', {
      description: 'Bookings that are confirmed, running or over, at least partly in the span.',
    }),
    cancelledCount: t.exposeInt('cancelledCount', { description: 'Those that were cancelled.' }),
    noShowCount: t.exposeInt('noShowCount', { description: 'Those to which nobody came.' }),
    bookedMinutes: t.exposeFloat('bookedMinutes', {
      description:
        'Minutes of the span that the bookings took, to their early end if they had one.',
    }),
    openMinutes: t.exposeFloat('openMinutes', {
      description:
        'Minutes of the span in which the resources were open, times the bookings that each takes at once.',
    }),
    utilization: t.exposeFloat('utilization', {
      nullable: true,
      description:
        'Booked minutes by open minutes; above 1 where bookings lie outside the opening hours. Null where nothing was open.',
    }),
  }),
})
