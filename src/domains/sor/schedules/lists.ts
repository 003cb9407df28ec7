import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toIdFilter,
} from '../../../graphql/reading/paging.ts'
import { ScheduleStatusEnum } from './type.ts'

const RateScheduleWhere = builder.inputType('RateScheduleWhere', {
  description: 'Which schedules of rates; all given conditions must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [ScheduleStatusEnum], description: 'One of these statuses.' }),
    companyId: t.field({ type: IdFilter, description: 'By company.' }),
    inForceAt: t.field({
      type: 'DateTime',
      description: 'Published, and in force at this moment.',
    }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
  }),
})

function toWhere(
  where: typeof RateScheduleWhere.$inferInput | null | undefined,
): Prisma.RateScheduleWhereInput {
  const conditions: Record<string, unknown> = {
    status: where?.statuses == null ? undefined : { in: where.statuses },
    companyId: toIdFilter(where?.companyId),
    name: where?.search == null ? undefined : { contains: where.search, mode: 'insensitive' },
    created: toDateTimeFilter(where?.created),
    updated: toDateTimeFilter(where?.updated),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

function inForceAt(at: Date | null | undefined): Prisma.RateScheduleWhereInput {
  if (at == null) return {}
  return {
    status: 'PUBLISHED',
    effectiveFrom: { lte: at },
    effectiveTo: { gt: at },
    OR: [{ supersededAt: null }, { supersededAt: { gt: at } }],
  }
}

const OrderField = builder.enumType('RateScheduleOrderField', {
  description: 'What to order schedules of rates by.',
  values: {
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
    NAME: { value: 'name', description: 'Name.' },
    EFFECTIVE_FROM: { value: 'effectiveFrom', description: 'Start of the period.' },
    EFFECTIVE_TO: { value: 'effectiveTo', description: 'End of the period.' },
  } as const,
})

const RateScheduleOrder = builder.inputType('RateScheduleOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  rateSchedule: t.prismaField({
    type: 'RateSchedule',
    nullable: true,
    description: 'One schedule of rates; null when there is none with this id.',
    authScopes: { permission: 'sor:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the schedule.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).rateSchedule.findUnique({
        ...query,
        where: { id },
      }),
  }),
  rateSchedules: t.prismaConnection(
    {
      ...pageOptions,
      type: 'RateSchedule',
      description: 'Schedules of rates, newest first unless ordered otherwise.',
      authScopes: { permission: 'sor:read' },
      args: {
        where: t.arg({ type: RateScheduleWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [RateScheduleOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('RateSchedule', query, context, info, {
          where: {
            AND: [toWhere(where), inForceAt(where?.inForceAt)],
          },
          orderBy: [
            ...(orderBy ?? [{ field: 'created', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).rateSchedule.count({
          where: {
            AND: [toWhere(where), inForceAt(where?.inForceAt)],
          },
        }),
    },
    ...connectionNames('RateSchedule'),
  ),
}))
