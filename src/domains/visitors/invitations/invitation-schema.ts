import type { Prisma, VisitorInvitation } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import {
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
} from '../../../graphql/reading/paging.ts'
import { personFields } from '../commands.ts'
import { InvitationStatusEnum, InvitationTypeEnum } from '../enums.ts'
import {
  cancelVisitInput,
  createInvitationInput,
  updateInvitationInput,
  visitorIdInput,
} from '../input.ts'
import {
  cancelInvitation,
  createInvitation,
  deleteInvitation,
  updateInvitation,
} from './service.ts'

const InvitationObject = builder.prismaNode('VisitorInvitation', {
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
    visitors: t.relatedConnection(
      'visitors',
      {
        ...pageOptions,
        totalCount: true,
        description: 'The visits, by id.',
        query: () => ({ orderBy: [{ id: 'asc' as const }] }),
      },
      ...connectionNames('VisitorInvitationVisitors'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was sent.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const InvitationWhere = builder.inputType('VisitorInvitationWhere', {
  description: 'Which invitations; all given conditions must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [InvitationStatusEnum], description: 'One of these.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    hostId: t.id({ description: 'With this user among the hosts.' }),
    startAt: t.field({ type: DateTimeFilter, description: 'By expected arrival.' }),
    endAt: t.field({ type: DateTimeFilter, description: 'By expected departure.' }),
  }),
})

function toWhere(
  where: typeof InvitationWhere.$inferInput | null | undefined,
): Prisma.VisitorInvitationWhereInput {
  if (where == null) return {}
  const conditions: Record<string, unknown> = {
    status: where.statuses == null ? undefined : { in: where.statuses },
    location: where.siteId == null ? undefined : { siteId: where.siteId },
    hostIds: where.hostId == null ? undefined : { has: where.hostId },
    startAt: toDateTimeFilter(where.startAt),
    endAt: toDateTimeFilter(where.endAt),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('VisitorInvitationOrderField', {
  description: 'What to order invitations by.',
  values: {
    START_AT: { value: 'startAt', description: 'Expected arrival.' },
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
  } as const,
})

const InvitationOrder = builder.inputType('VisitorInvitationOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

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
  visitorInvitations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'VisitorInvitation',
      description: 'Invitations, latest first unless ordered otherwise.',
      authScopes: { permission: 'visitors:read' },
      args: {
        where: t.arg({ type: InvitationWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [InvitationOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('VisitorInvitation', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'startAt', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).visitorInvitation.count({ where: toWhere(where) }),
    },
    ...connectionNames('VisitorInvitation'),
  ),
}))

const answer = (description: string) => (t: PayloadBuilder<VisitorInvitation>) => ({
  invitation: t.field({
    type: InvitationObject,
    nullable: true,
    description,
    resolve: (payload): VisitorInvitation | null => payload.result ?? null,
  }),
})

const which = (t: InputBuilder) => ({
  id: t.id({ required: true, description: 'The invitation.' }),
})

const GuestInput = builder.inputType('VisitorGuestInput', {
  description: 'Somebody to invite.',
  fields: (t) => ({
    ...personFields(t),
    name: t.string({ required: true, description: 'Full name, 1–200 characters.' }),
  }),
})

defineCommand('visitorInvitationCreate', {
  description:
    'Invites people together. Records visitor.invitation.created, then visitor.registered for each of them.',
  permission: 'visitors:write',
  schema: createInvitationInput,
  input: (t) => ({
    type: t.field({ type: InvitationTypeEnum, description: 'PLANNED when left out.' }),
    hostIds: t.idList({
      required: true,
      description: 'Who is visited, 1–10 active users; the first one is the main host.',
    }),
    locationId: t.id({ required: true, description: 'Where.' }),
    resourceIds: t.idList({ description: 'Rooms and the like in use, up to 20.' }),
    bookingId: t.id({ description: 'Booking it belongs to.' }),
    startAt: t.field({ type: 'DateTime', required: true, description: 'Expected arrival.' }),
    endAt: t.field({ type: 'DateTime', required: true, description: 'Expected departure.' }),
    purpose: t.string({ description: 'Why they come, up to 500 characters.' }),
    visitors: t.field({
      type: [GuestInput],
      required: true,
      description: 'Whom to invite, 1–100 people.',
    }),
  }),
  run: createInvitation,
  payload: answer('The new invitation.'),
})

defineCommand('visitorInvitationUpdate', {
  description:
    'Changes an invitation; what is left out stays. Visits that have not begun follow, except in what was set for them alone. Records visitor.invitation.updated if anything changed, visitor.updated for each visit that followed, visitor.registered for each one added.',
  permission: 'visitors:write',
  schema: updateInvitationInput,
  input: (t) => ({
    ...which(t),
    hostIds: t.idList({ description: 'New hosts, 1–10 active users.' }),
    locationId: t.id({ description: 'New place, at the same site.' }),
    resourceIds: t.idList({ description: 'New resources, up to 20.' }),
    bookingId: t.id({ description: 'New booking; null removes it.' }),
    startAt: t.field({ type: 'DateTime', description: 'New expected arrival.' }),
    endAt: t.field({ type: 'DateTime', description: 'New expected departure.' }),
    addVisitors: t.field({
      type: [GuestInput],
      description: 'Whom to invite too, up to 100 people at once and 200 in all.',
    }),
  }),
  run: updateInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationCancel', {
  description:
    'Calls an invitation off. Records visitor.invitation.cancelled, and visitor.cancelled for each visit that had not begun.',
  permission: 'visitors:write',
  schema: cancelVisitInput,
  input: (t) => ({
    ...which(t),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
  run: cancelInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationDelete', {
  description:
    'Removes an invitation none of whose visits is still to come or under way; past visits stay. Records visitor.invitation.deleted, and visitor.updated for each visit that belonged to it.',
  permission: 'visitors:write',
  schema: visitorIdInput,
  input: which,
  run: deleteInvitation,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed invitation.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
