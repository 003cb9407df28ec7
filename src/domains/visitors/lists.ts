import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import {
  byChoice,
  byId,
  byMoment,
  choiceFilter,
  exactly,
  oneOf,
} from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { StatusEnum, TypeEnum } from './enums.ts'

builder.queryFields((t) => ({
  visitor: t.prismaField({
    type: 'Visitor',
    nullable: true,
    description: 'One visit; null when there is none with this id.',
    authScopes: { permission: 'visitors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the visit.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).visitor.findUnique({ ...query, where: { id } }),
  }),
}))

const visits = defineList('Visitor', {
  called: 'visits',
  where: {
    status: byChoice(choiceFilter('VisitorStatusFilter', 'a status', StatusEnum), 'By status.'),
    types: oneOf(TypeEnum, 'One of these kinds.', 'type'),
    siteId: exactly('ID', 'At this site.'),
    locationId: byId('By place.'),
    hostId: byId('By host.'),
    invitationId: byId('By invitation.'),
    bookingId: byId('By booking.'),
    walkIn: exactly('Boolean', 'Announced or not.'),
    expectedArrival: byMoment('By announced arrival.'),
    checkedInAt: byMoment('By check-in.'),
    checkedOutAt: byMoment('By check-out.'),
    created: byMoment('By registration.'),
    updated: byMoment('By last change.'),
    search: search('the name, the company and the e-mail address', ['name', 'company', 'email']),
  },
  orderBy: {
    EXPECTED_ARRIVAL: ['expectedArrival', 'Announced arrival.'],
    CHECKED_IN_AT: ['checkedInAt', 'Check-in.'],
    CHECKED_OUT_AT: ['checkedOutAt', 'Check-out.'],
    NAME: ['name', 'Name of the visitor.'],
    STATUS: ['status', 'Where the visit stands.'],
    CREATED: ['created', 'Registration.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ expectedArrival: 'desc' }],
})

visits.query('visitors', {
  description: 'Visits, latest announced arrival first unless ordered otherwise.',
  authScopes: { permission: 'visitors:read' },
})

visits.below('VisitorInvitation', 'visitors', {
  connection: 'VisitorInvitationVisitors',
  description: 'The visits, by id unless ordered otherwise.',
  otherwise: [{ id: 'asc' }],
})
