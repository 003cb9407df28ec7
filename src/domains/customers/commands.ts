import type { Customer } from '../../generated/prisma/client.ts'
import { defineCommand, type InputBuilder } from '../../graphql/commands/command.ts'
import { createCustomerInput, deleteInput, updateCustomerInput } from './input.ts'
import { createCustomer, deleteCustomer, updateCustomer } from './service.ts'
import { CustomerObject } from './type.ts'

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
