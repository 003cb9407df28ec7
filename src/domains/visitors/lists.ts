import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
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
import { StatusEnum, TypeEnum } from './enums.ts'

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
