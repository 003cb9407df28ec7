import type { CustomerField } from '../../generated/prisma/client.ts'
import { CustomerFieldType } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { createCustomerField, deleteCustomerField, updateCustomerField } from './fields/service.ts'
import { createCustomerFieldInput, deleteInput, updateCustomerFieldInput } from './input.ts'

const TypeEnum = builder.enumType('CustomerFieldType', {
  description: 'What the values of a customer field are.',
  values: {
    [CustomerFieldType.TEXT]: { description: 'Text, up to 1,000 characters.' },
    [CustomerFieldType.NUMBER]: { description: 'A number.' },
    [CustomerFieldType.BOOLEAN]: { description: 'True or false.' },
    [CustomerFieldType.DATE]: { description: 'A day, "2026-03-31".' },
    [CustomerFieldType.CHOICE]: { description: 'One of the choices of the field.' },
  },
})

const FieldObject = builder.prismaNode('CustomerField', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('customerField', 'CustomerField'),
  description: 'A field that the organization keeps about its customers.',
  authScopes: { permission: 'customer-fields:read' },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name of the value in `fields` of customers.' }),
    label: t.exposeString('label', { description: 'Name for people.' }),
    type: t.expose('type', { type: TypeEnum, description: 'What its values are.' }),
    choices: t.exposeStringList('choices', { description: 'What may be chosen, for CHOICE.' }),
    required: t.exposeBoolean('required', { description: 'Whether every customer needs a value.' }),
    position: t.exposeInt('position', { description: 'Place in forms, smallest first.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryField('customerFields', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'CustomerField',
      description: 'Customer fields in the order of forms.',
      authScopes: { permission: 'customer-fields:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('CustomerField', query, context, info, {
          orderBy: [{ position: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).customerField.count(),
    },
    ...connectionNames('CustomerField'),
  ),
)

defineCommand('customerFieldCreate', {
  description: 'Adds a field to keep about customers. Records customer_field.created.',
  permission: 'customer-fields:write',
  schema: createCustomerFieldInput,
  input: (t) => ({
    key: t.string({
      required: true,
      description: 'Name of the value: 1–50 letters, digits or _, a small letter first. Final.',
    }),
    label: t.string({ required: true, description: 'Name for people, 1–100 characters.' }),
    type: t.field({ type: TypeEnum, required: true, description: 'What its values are. Final.' }),
    choices: t.stringList({ description: 'What may be chosen, up to 100; for CHOICE only.' }),
    required: t.boolean({ description: 'Whether every customer needs a value; false by default.' }),
    position: t.int({ description: 'Place in forms; the end when left out.' }),
  }),
  run: createCustomerField,
  payload: (t) => ({
    customerField: t.field({
      type: FieldObject,
      nullable: true,
      description: 'The new field.',
      resolve: (payload): CustomerField | null => payload.result ?? null,
    }),
  }),
})

defineCommand('customerFieldUpdate', {
  description:
    'Changes a customer field; what is left out stays, and so do the values that are there. Records customer_field.updated if anything changed.',
  permission: 'customer-fields:write',
  schema: updateCustomerFieldInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The field.' }),
    label: t.string({ description: 'New name for people, 1–100 characters.' }),
    choices: t.stringList({ description: 'New choices, up to 100; for CHOICE only.' }),
    required: t.boolean({ description: 'Whether every customer needs a value from now on.' }),
    position: t.int({ description: 'New place in forms.' }),
  }),
  run: updateCustomerField,
  payload: (t) => ({
    customerField: t.field({
      type: FieldObject,
      nullable: true,
      description: 'The field after the change.',
      resolve: (payload): CustomerField | null => payload.result ?? null,
    }),
  }),
})

defineCommand('customerFieldDelete', {
  description:
    'Removes a customer field that no customer has a value of; a CONFLICT lists who has. Records customer_field.deleted.',
  permission: 'customer-fields:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The field.' }),
  }),
  run: deleteCustomerField,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed field.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
