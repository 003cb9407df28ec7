import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  id,
  int,
  listOf,
  matching,
  oneOf,
  onlyId,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { createCustomerField, deleteCustomerField, updateCustomerField } from './service.ts'
import { FieldObject, TypeEnum } from './type.ts'

const label = text({ max: 100 }, 'Name for people, {min}–{max} characters.')
const choices = listOf(
  text({ max: 100 }, ''),
  { max: 100, distinct: true },
  'What may be chosen, up to {max}; for CHOICE only.',
)
const required = boolean('Whether every customer needs a value; false by default.')
const position = int({ min: 0, max: 10_000 }, 'Place in forms; the end when left out.')

const createInput = inputOf({
  key: matching(
    /^[a-z][a-zA-Z0-9_]{0,49}$/,
    'must be 1–50 letters, digits or _, a small letter first',
    'Name of the value: 1–50 letters, digits or _, a small letter first. Final.',
  ),
  label,
  type: oneOf(TypeEnum, 'What its values are. Final.'),
  choices: choices.optional(),
  required: required.optional(),
  position: position.optional(),
})
export type CreateCustomerFieldInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The field.'),
  label: label.describe('New name for people, {min}–{max} characters.').optional(),
  choices: choices.describe('New choices, up to {max}; for CHOICE only.').optional(),
  required: required.describe('Whether every customer needs a value from now on.').optional(),
  position: position.describe('New place in forms.').optional(),
})
export type UpdateCustomerFieldInput = ValueOf<typeof updateInput>

defineCommand('customerFieldCreate', {
  description: 'Adds a field to keep about customers. Records customer_field.created.',
  permission: 'customer-fields:write',
  input: createInput,
  run: createCustomerField,
  payload: recordPayload('customerField', FieldObject, 'The new field.'),
})

defineCommand('customerFieldUpdate', {
  description:
    'Changes a customer field; what is left out stays, and so do the values that are there. Records customer_field.updated if anything changed.',
  permission: 'customer-fields:write',
  input: updateInput,
  run: updateCustomerField,
  payload: recordPayload('customerField', FieldObject, 'The field after the change.'),
})

defineCommand('customerFieldDelete', {
  description:
    'Removes a customer field that no customer has a value of; a CONFLICT lists who has. Records customer_field.deleted.',
  permission: 'customer-fields:write',
  input: onlyId('The field.'),
  run: deleteCustomerField,
  payload: deletedPayload('Id of the removed field.'),
})
