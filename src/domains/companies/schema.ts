import type { Company, Prisma } from '../../generated/prisma/client.ts'
import { CompanyKind } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
} from '../../graphql/reading/paging.ts'
import { createCompanyInput, deleteInput, updateCompanyInput } from './input.ts'
import { createCompany, deleteCompany, updateCompany } from './service.ts'

const KindEnum = builder.enumType('CompanyKind', {
  description: 'What a company is to the organization.',
  values: {
    [CompanyKind.BRANCH]: { description: 'A part of the organization itself.' },
    [CompanyKind.CONTRACTOR]: { description: 'Works for it.' },
    [CompanyKind.TENANT]: { description: 'Rents from it.' },
    [CompanyKind.VENDOR]: { description: 'Sells to it.' },
  },
})

const CompanyObject = builder.prismaNode('Company', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('company', 'Company'),
  description: 'A branch, a contractor, a tenant or a vendor.',
  authScopes: { permission: 'companies:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the company.' }),
    kind: t.expose('kind', { type: KindEnum, description: 'What it is to the organization.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address, lower case.' }),
    phone: t.exposeString('phone', { nullable: true, description: 'Telephone number.' }),
    address: t.exposeString('address', { nullable: true, description: 'Postal address.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'Its id in another system, such as an ERP.',
    }),
    managers: t.relatedConnection(
      'managers',
      {
        ...pageOptions,
        totalCount: true,
        description: 'Its managers, longest-serving first.',
        query: () => ({ orderBy: [{ id: 'asc' as const }] }),
      },
      ...connectionNames('CompanyManagers'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

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

defineCommand('companyCreate', {
  description: 'Adds a company. Records company.created.',
  permission: 'companies:write',
  schema: createCompanyInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    kind: t.field({ type: KindEnum, required: true, description: 'What it is.' }),
    email: t.string({ description: 'E-mail address.' }),
    phone: t.string({ description: 'Telephone number, up to 50 characters.' }),
    address: t.string({ description: 'Postal address, up to 500 characters.' }),
    externalId: t.string({ description: 'Its id in another system, up to 100 characters.' }),
  }),
  run: createCompany,
  payload: (t) => ({
    company: t.field({
      type: CompanyObject,
      nullable: true,
      description: 'The new company.',
      resolve: (payload): Company | null => payload.result ?? null,
    }),
  }),
})

defineCommand('companyUpdate', {
  description:
    'Changes details of a company; what is left out stays. Records company.updated if anything changed.',
  permission: 'companies:write',
  schema: updateCompanyInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The company.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    kind: t.field({ type: KindEnum, description: 'New kind.' }),
    email: t.string({ description: 'New e-mail address; null removes it.' }),
    phone: t.string({ description: 'New telephone number; null removes it.' }),
    address: t.string({ description: 'New postal address; null removes it.' }),
    externalId: t.string({ description: 'New id in another system; null removes it.' }),
  }),
  run: updateCompany,
  payload: (t) => ({
    company: t.field({
      type: CompanyObject,
      nullable: true,
      description: 'The company after the change.',
      resolve: (payload): Company | null => payload.result ?? null,
    }),
  }),
})

defineCommand('companyDelete', {
  description:
    'Removes a company that nothing belongs to any more; a CONFLICT lists what does. Records company.deleted.',
  permission: 'companies:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The company.' }),
  }),
  run: deleteCompany,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed company.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
