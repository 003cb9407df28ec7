import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toIdFilter,
} from '../../graphql/reading/paging.ts'

const CustomerWhere = builder.inputType('CustomerWhere', {
  description: 'Which customers; all given conditions must hold.',
  fields: (t) => ({
    companyId: t.field({ type: IdFilter, description: 'By company.' }),
    email: t.string({ description: 'With this e-mail address; case does not matter.' }),
    externalId: t.string({ description: 'With this id in another system.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

function toWhere(
  where: typeof CustomerWhere.$inferInput | null | undefined,
): Prisma.CustomerWhereInput {
  if (where == null) return {}
  const conditions: Record<string, unknown> = {
    companyId: toIdFilter(where.companyId),
    email: where.email?.trim().toLowerCase(),
    externalId: where.externalId ?? undefined,
    created: toDateTimeFilter(where.created),
    updated: toDateTimeFilter(where.updated),
    name: where.search == null ? undefined : { contains: where.search, mode: 'insensitive' },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('CustomerOrderField', {
  description: 'What to order customers by.',
  values: {
    NAME: { value: 'name', description: 'Name.' },
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
  } as const,
})

const CustomerOrder = builder.inputType('CustomerOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  customer: t.prismaField({
    type: 'Customer',
    nullable: true,
    description: 'One customer; null when there is none with this id.',
    authScopes: { permission: 'customers:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the customer.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).customer.findUnique({ ...query, where: { id } }),
  }),
  customers: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Customer',
      description: 'Customers, by name unless ordered otherwise.',
      authScopes: { permission: 'customers:read' },
      args: {
        where: t.arg({ type: CustomerWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [CustomerOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Customer', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'name', direction: 'asc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).customer.count({ where: toWhere(where) }),
    },
    ...connectionNames('Customer'),
  ),
}))
