import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { email, id, json, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { createCustomer, deleteCustomer, updateCustomer } from './service.ts'
import { CustomerObject } from './type.ts'

const customer = {
  name: text({ max: 200 }, 'Full name, {min}–{max} characters.'),
  email: email('E-mail address.').clearable(),
  phone: text({ max: 50 }, 'Telephone number, up to {max} characters.').clearable(),
  companyId: id('The company they belong to.').clearable(),
  notes: text({ max: 5_000 }, 'What else is known, up to {max} characters.').clearable(),
  externalId: text({ max: 100 }, 'Their id in another system, up to {max} characters.').clearable(),
  fields: json(
    { max: 100 },
    'Values of customer fields by key; null removes one, the rest stays.',
  ).default({}),
}

const createCustomerInput = inputOf(customer)
export type CreateCustomerInput = ValueOf<typeof createCustomerInput>

const updateCustomerInput = inputOf({
  ...customer,
  id: id('The customer.'),
  name: customer.name.describe('New name, {min}–{max} characters.').optional(),
})
export type UpdateCustomerInput = ValueOf<typeof updateCustomerInput>

defineCommand('customerCreate', {
  description: 'Adds a customer. Records customer.created.',
  permission: 'customers:write',
  input: createCustomerInput,
  run: createCustomer,
  payload: recordPayload('customer', CustomerObject, 'The new customer.'),
})

defineCommand('customerUpdate', {
  description:
    'Changes details of a customer; what is left out stays, null removes. Records customer.updated if anything changed.',
  permission: 'customers:write',
  input: updateCustomerInput,
  run: updateCustomer,
  payload: recordPayload('customer', CustomerObject, 'The customer after the change.'),
})

defineCommand('customerDelete', {
  description: 'Removes a customer. Records customer.deleted.',
  permission: 'customers:write',
  input: onlyId('The customer.'),
  run: deleteCustomer,
  payload: deletedPayload('Id of the removed customer.'),
})
