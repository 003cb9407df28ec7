import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { InvitationStatusEnum, InvitationTypeEnum } from '../enums.ts'

export const InvitationObject = builder.prismaNode('VisitorInvitation', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('invitation', 'VisitorInvitation'),
  description: 'People invited together.',
  authScopes: { permission: 'visitors:read' },
  fields: (t) => ({
    type: t.expose('type', { type: InvitationTypeEnum, description: 'Kind of invitation.' }),
    status: t.expose('status', { type: InvitationStatusEnum, description: 'Where it stands.' }),
    hostIds: t.exposeIDList('hostIds', {
      description: 'Users who are visited; the first one is the main host.',
    }),
    location: t.relation('location', { description: 'Where.' }),
    resourceIds: t.exposeIDList('resourceIds', { description: 'Rooms and the like in use.' }),
    bookingId: t.exposeID('bookingId', { nullable: true, description: 'Booking it belongs to.' }),
    startAt: t.expose('startAt', { type: 'DateTime', description: 'Expected arrival.' }),
    endAt: t.expose('endAt', { type: 'DateTime', description: 'Expected departure.' }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'Why it was called off.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was sent.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
