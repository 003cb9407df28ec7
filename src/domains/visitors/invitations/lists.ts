import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { atSite, byId, byMoment, computed, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { InvitationStatusEnum, InvitationTypeEnum } from '../enums.ts'

builder.queryFields((t) => ({
  visitorInvitation: t.prismaField({
    type: 'VisitorInvitation',
    nullable: true,
    description: 'One invitation; null when there is none with this id.',
    authScopes: { permission: 'visitors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the invitation.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).visitorInvitation.findUnique({ ...query, where: { id } }),
  }),
}))

const invitations = defineList('VisitorInvitation', {
  called: 'invitations',
  where: {
    statuses: oneOf(InvitationStatusEnum, 'One of these.', 'status'),
    types: oneOf(InvitationTypeEnum, 'One of these kinds.', 'type'),
    siteId: atSite(),
    locationId: byId('By place.'),
    hostId: computed('ID', 'With this user among the hosts.', (hostId: string) => ({
      hostIds: { has: hostId },
    })),
    bookingId: byId('By booking.'),
    startAt: byMoment('By expected arrival.'),
    endAt: byMoment('By expected departure.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
  },
  orderBy: {
    START_AT: ['startAt', 'Expected arrival.'],
    END_AT: ['endAt', 'Expected departure.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ startAt: 'desc' }],
})

invitations.query('visitorInvitations', {
  description: 'Invitations, latest first unless ordered otherwise.',
  authScopes: { permission: 'visitors:read' },
})
