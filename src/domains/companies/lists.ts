import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
} from '../../graphql/reading/paging.ts'
import { KindEnum } from './type.ts'

const CompanyWhere = builder.inputType('CompanyWhere', {
  description: 'Which companies; all given conditions must hold.',
  fields: (t) => ({
    kinds: t.field({ type: [KindEnum], description: 'One of these.' }),
    externalId: t.string({ description: 'With this id in another system.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

function toWhere(
  where: typeof CompanyWhere.$inferInput | null | undefined,
): Prisma.CompanyWhereInput {
  if (where == null) return {}
  const conditions: Record<string, unknown> = {
    kind: where.kinds == null ? undefined : { in: where.kinds },
    externalId: where.externalId ?? undefined,
    created: toDateTimeFilter(where.created),
    updated: toDateTimeFilter(where.updated),
    name: where.search == null ? undefined : { contains: where.search, mode: 'insensitive' },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('CompanyOrderField', {
  description: 'What to order companies by.',
  values: {
    NAME: { value: 'name', description: 'Name.' },
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
  } as const,
})

const CompanyOrder = builder.inputType('CompanyOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  company: t.prismaField({
    type: 'Company',
    nullable: true,
    description: 'One company; null when there is none with this id.',
    authScopes: { permission: 'companies:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the company.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).company.findUnique({ ...query, where: { id } }),
  }),
  companies: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Company',
      description: 'Companies, by name unless ordered otherwise.',
      authScopes: { permission: 'companies:read' },
      args: {
        where: t.arg({ type: CompanyWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [CompanyOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Company', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'name', direction: 'asc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).company.count({ where: toWhere(where) }),
    },
    ...connectionNames('Company'),
  ),
}))
