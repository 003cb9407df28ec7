import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { CentsFilter } from '../../../graphql/lists/comparators.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toRequiredIdFilter,
} from '../../../graphql/reading/paging.ts'
import { QuotationStatusEnum } from './type.ts'

const QuotationWhere = builder.inputType('QuotationWhere', {
  description: 'Which quotations; all given conditions must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [QuotationStatusEnum], description: 'One of these statuses.' }),
    workOrderId: t.field({ type: IdFilter, description: 'By work order.' }),
    scheduleId: t.field({ type: IdFilter, description: 'By schedule of rates.' }),
    createdById: t.field({ type: IdFilter, description: 'By whose it is.' }),
    siteId: t.id({ description: 'For work at any place of this site.' }),
    totalAmountCents: t.field({ type: CentsFilter, description: 'By total.' }),
    submittedAt: t.field({ type: DateTimeFilter, description: 'By when it was handed in.' }),
    approvedAt: t.field({ type: DateTimeFilter, description: 'By approval.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
  }),
})

function toWhere(
  where: typeof QuotationWhere.$inferInput | null | undefined,
): Prisma.QuotationWhereInput {
  const { gte, lte } = where?.totalAmountCents ?? {}
  const conditions: Record<string, unknown> = {
    status: where?.statuses == null ? undefined : { in: where.statuses },
    workOrderId: toRequiredIdFilter(where?.workOrderId),
    scheduleId: toRequiredIdFilter(where?.scheduleId),
    createdById: toRequiredIdFilter(where?.createdById),
    workOrder: where?.siteId == null ? undefined : { location: { siteId: where.siteId } },
    totalAmountCents: {
      ...(gte == null ? {} : { gte }),
      ...(lte == null ? {} : { lte }),
    },
    submittedAt: toDateTimeFilter(where?.submittedAt),
    approvedAt: toDateTimeFilter(where?.approvedAt),
    created: toDateTimeFilter(where?.created),
    updated: toDateTimeFilter(where?.updated),
  }
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

const OrderField = builder.enumType('QuotationOrderField', {
  description: 'What to order quotations by.',
  values: {
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
    SUBMITTED_AT: { value: 'submittedAt', description: 'When it was handed in.' },
    TOTAL_AMOUNT: { value: 'totalAmountCents', description: 'Total.' },
  } as const,
})

const QuotationOrder = builder.inputType('QuotationOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  quotation: t.prismaField({
    type: 'Quotation',
    nullable: true,
    description: 'One quotation; null when there is none with this id.',
    authScopes: { permission: 'sor:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the quotation.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).quotation.findUnique({
        ...query,
        where: { id },
      }),
  }),
  quotations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Quotation',
      description:
        'Quotations, newest first unless ordered otherwise. Contractors find their own only.',
      authScopes: { permission: 'sor:read' },
      args: {
        where: t.arg({ type: QuotationWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [QuotationOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Quotation', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'created', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).quotation.count({ where: toWhere(where) }),
    },
    ...connectionNames('Quotation'),
  ),
}))
