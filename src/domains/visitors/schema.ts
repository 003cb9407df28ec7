import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toIdFilter,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
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

const StatusFilter = builder.inputType('VisitorStatusFilter', {
  description: 'Compares a status.',
  fields: (t) => ({
    in: t.field({ type: [StatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [StatusEnum], description: 'None of these.' }),
  }),
})

const VisitorWhere = builder.inputType('VisitorWhere', {
  description: 'Which visits; all given conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: StatusFilter, description: 'By status.' }),
    types: t.field({ type: [TypeEnum], description: 'One of these kinds.' }),
    siteId: t.id({ description: 'At this site.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    hostId: t.field({ type: IdFilter, description: 'By host.' }),
    invitationId: t.field({ type: IdFilter, description: 'By invitation.' }),
    bookingId: t.field({ type: IdFilter, description: 'By booking.' }),
    walkIn: t.boolean({ description: 'Announced or not.' }),
    expectedArrival: t.field({ type: DateTimeFilter, description: 'By announced arrival.' }),
    checkedInAt: t.field({ type: DateTimeFilter, description: 'By check-in.' }),
    created: t.field({ type: DateTimeFilter, description: 'By registration.' }),
    search: t.string({
      description: 'Part of the name, the company or the e-mail address; case does not matter.',
    }),
  }),
})

function toWhere(
  where: typeof VisitorWhere.$inferInput | null | undefined,
): Prisma.VisitorWhereInput {
  if (where == null) return {}
  const { status, types, siteId, walkIn, search } = where
  const part = { contains: search ?? '', mode: 'insensitive' as const }
  const conditions: Record<string, unknown> = {
    status:
      status == null
        ? undefined
        : Object.fromEntries(Object.entries(status).filter(([, value]) => value != null)),
    type: types == null ? undefined : { in: types },
    siteId: siteId ?? undefined,
    locationId: toRequiredIdFilter(where.locationId),
    hostId: toRequiredIdFilter(where.hostId),
    invitationId: toIdFilter(where.invitationId),
    bookingId: toIdFilter(where.bookingId),
    walkIn: walkIn ?? undefined,
    expectedArrival: toDateTimeFilter(where.expectedArrival),
    checkedInAt: toDateTimeFilter(where.checkedInAt),
    created: toDateTimeFilter(where.created),
    OR: search == null ? undefined : [{ name: part }, { company: part }, { email: part }],
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('VisitorOrderField', {
  description: 'What to order visits by.',
  values: {
    EXPECTED_ARRIVAL: { value: 'expectedArrival', description: 'Announced arrival.' },
    CHECKED_IN_AT: { value: 'checkedInAt', description: 'Check-in.' },
    NAME: { value: 'name', description: 'Name of the visitor.' },
    CREATED: { value: 'created', description: 'Registration.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
  } as const,
})

const VisitorOrder = builder.inputType('VisitorOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

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
  visitors: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Visitor',
      description: 'Visits, latest announced arrival first unless ordered otherwise.',
      authScopes: { permission: 'visitors:read' },
      args: {
        where: t.arg({ type: VisitorWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [VisitorOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Visitor', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'expectedArrival', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).visitor.count({ where: toWhere(where) }),
    },
    ...connectionNames('Visitor'),
  ),
}))
