import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
} from '../../../graphql/reading/paging.ts'
import { InvitationStatusEnum } from '../enums.ts'

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
