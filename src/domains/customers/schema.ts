import type { Customer, Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand, type InputBuilder } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
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
import { storedValues } from './events.ts'
import { createCustomerInput, deleteInput, updateCustomerInput } from './input.ts'
import { createCustomer, deleteCustomer, updateCustomer } from './service.ts'

const CustomerObject = builder.prismaNode('Customer', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('customer', 'Customer'),
  description: 'Somebody for whom the organization books, such as a tenant.',
  authScopes: { permission: 'customers:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Full name.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address, lower case.' }),
    phone: t.exposeString('phone', { nullable: true, description: 'Telephone number.' }),
    company: t.relation('company', { nullable: true, description: 'The company they belong to.' }),
    notes: t.exposeString('notes', { nullable: true, description: 'What else is known.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'Their id in another system, such as a CRM.',
    }),
    fields: t.field({
      type: 'JSONObject',
      description: "Values of the organization's own customer fields, by key.",
      resolve: (customer) => storedValues(customer),
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When they were added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When they last changed.' }),
  }),
})

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

const details = (t: InputBuilder) => ({
  email: t.string({ description: 'E-mail address.' }),
  phone: t.string({ description: 'Telephone number, up to 50 characters.' }),
  companyId: t.id({ description: 'The company they belong to.' }),
  notes: t.string({ description: 'What else is known, up to 5,000 characters.' }),
  externalId: t.string({ description: 'Their id in another system, up to 100 characters.' }),
  fields: t.field({
    type: 'JSONObject',
    description: 'Values of customer fields by key; null removes one, the rest stays.',
  }),
})

defineCommand('customerCreate', {
  description: 'Adds a customer. Records customer.created.',
  permission: 'customers:write',
  schema: createCustomerInput,
  input: (t) => ({
    ...details(t),
    name: t.string({ required: true, description: 'Full name, 1–200 characters.' }),
  }),
  run: createCustomer,
  payload: (t) => ({
    customer: t.field({
      type: CustomerObject,
      nullable: true,
      description: 'The new customer.',
      resolve: (payload): Customer | null => payload.result ?? null,
    }),
  }),
})

defineCommand('customerUpdate', {
  description:
    'Changes details of a customer; what is left out stays, null removes. Records customer.updated if anything changed.',
  permission: 'customers:write',
  schema: updateCustomerInput,
  input: (t) => ({
    ...details(t),
    id: t.id({ required: true, description: 'The customer.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
  }),
  run: updateCustomer,
  payload: (t) => ({
    customer: t.field({
      type: CustomerObject,
      nullable: true,
      description: 'The customer after the change.',
      resolve: (payload): Customer | null => payload.result ?? null,
    }),
  }),
})

defineCommand('customerDelete', {
  description: 'Removes a customer. Records customer.deleted.',
  permission: 'customers:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The customer.' }),
  }),
  run: deleteCustomer,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed customer.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
