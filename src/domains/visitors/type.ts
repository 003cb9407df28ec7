import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { CheckpointEnum, StatusEnum, TypeEnum } from './enums.ts'
import { TRANSITIONS } from './rules.ts'

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

builder.prismaObject('VisitorCheckpoint', {
  description: 'Something that a visitor has done before being let in.',
  fields: (t) => ({
    key: t.expose('key', { type: CheckpointEnum, description: 'What was done.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', description: 'When.' }),
    completedBy: t.exposeString('completedBy', {
      nullable: true,
      description: 'Id of the user or key that noted it.',
    }),
    documentUrl: t.exposeString('documentUrl', {
      nullable: true,
      description: 'Where the signed form or the like is kept.',
    }),
  }),
})

export const VisitorObject = builder.prismaNode('Visitor', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('visitor', 'Visitor'),
  description: 'One visit of one person.',
  authScopes: { permission: 'visitors:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Full name.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address, lower case.' }),
    phone: t.exposeString('phone', { nullable: true, description: 'Telephone number.' }),
    company: t.exposeString('company', { nullable: true, description: 'Where they come from.' }),
    type: t.expose('type', { type: TypeEnum, description: 'Kind of visitor.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: 'Why they come.' }),
    host: t.relation('host', { description: 'Who is visited.' }),
    location: t.relation('location', { description: 'Where.' }),
    site: t.relation('site', { description: 'The site whose rules hold.' }),
    invitation: t.relation('invitation', {
      nullable: true,
      description: 'The invitation that the visit belongs to.',
    }),
    bookingId: t.exposeID('bookingId', {
      nullable: true,
      description: 'Booking that they attend.',
    }),
    walkIn: t.exposeBoolean('walkIn', { description: 'Came without being announced.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where the visit stands.' }),
    allowedStatuses: t.field({
      type: [StatusEnum],
      description: 'Statuses that the visit could go to now.',
      select: { status: true },
      resolve: (visitor) => [...TRANSITIONS[visitor.status]],
    }),
    expectedArrival: t.expose('expectedArrival', {
      type: 'DateTime',
      description: 'Announced arrival.',
    }),
    expectedDeparture: t.expose('expectedDeparture', moment('Announced departure.')),
    badgeNumber: t.exposeString('badgeNumber', {
      nullable: true,
      description: 'Badge handed out.',
    }),
    photoUrl: t.exposeString('photoUrl', { nullable: true, description: 'Where the photo is.' }),
    checkpoints: t.relation('checkpoints', {
      description: 'Completed checkpoints, oldest first.',
      query: { orderBy: [{ completedAt: 'asc' }, { key: 'asc' }] },
    }),
    approvedBy: t.exposeString('approvedBy', {
      nullable: true,
      description: 'Id of the user or key that approved the visit as it is.',
    }),
    approvedAt: t.expose('approvedAt', moment('Approval of the visit as it is.')),
    approvedThrough: t.exposeString('approvedThrough', {
      nullable: true,
      description: 'Id of the session or key through which it was approved.',
    }),
    approvedDigest: t.exposeString('approvedDigest', {
      nullable: true,
      description:
        'SHA-256 of what was approved: who comes, why, to whom, where and when. Erased with the visitor.',
    }),
    checkedInAt: t.expose('checkedInAt', moment('Check-in.')),
    checkedOutAt: t.expose('checkedOutAt', moment('Check-out.')),
    checkedOutBy: t.exposeString('checkedOutBy', {
      nullable: true,
      description: 'Id of the user or key that checked them out; "system" for the closing.',
    }),
    denyReason: t.exposeString('denyReason', {
      nullable: true,
      description: 'Why they may not come.',
    }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'Why it was called off.',
    }),
    erasedAt: t.expose('erasedAt', moment('When the personal data was erased.')),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was registered.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
