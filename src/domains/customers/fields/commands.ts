import type { CustomerField } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { createCustomerField, deleteCustomerField, updateCustomerField } from './service.ts'
import { createCustomerFieldInput, deleteInput, updateCustomerFieldInput } from '../input.ts'
import { TypeEnum, FieldObject } from './type.ts'

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
