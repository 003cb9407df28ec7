import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { email, id, oneOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { createCompany, deleteCompany, updateCompany } from './service.ts'
import { CompanyObject, KindEnum } from './type.ts'

const company = {
  name: text({ max: 200 }, 'Name, {min}–{max} characters.'),
  kind: oneOf(KindEnum, 'What it is.'),
  email: email('E-mail address.'),
  phone: text({ max: 50 }, 'Telephone number, up to {max} characters.'),
  address: text({ max: 500 }, 'Postal address, up to {max} characters.'),
  externalId: text({ max: 100 }, 'Its id in another system, up to {max} characters.'),
}

const createInput = inputOf({
  name: company.name,
  kind: company.kind,
  email: company.email.optional(),
  phone: company.phone.optional(),
  address: company.address.optional(),
  externalId: company.externalId.optional(),
})
export type CreateCompanyInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The company.'),
  name: company.name.describe('New name, {min}–{max} characters.').optional(),
  kind: company.kind.describe('New kind.').optional(),
  email: company.email.describe('New e-mail address; null removes it.').clearable(),
  phone: company.phone.describe('New telephone number; null removes it.').clearable(),
  address: company.address.describe('New postal address; null removes it.').clearable(),
  externalId: company.externalId.describe('New id in another system; null removes it.').clearable(),
})
export type UpdateCompanyInput = ValueOf<typeof updateInput>

defineCommand('companyCreate', {
  description: 'Adds a company. Records company.created.',
  permission: 'companies:write',
  input: createInput,
  run: createCompany,
  payload: recordPayload('company', CompanyObject, 'The new company.'),
})

defineCommand('companyUpdate', {
  description:
    'Changes details of a company; what is left out stays. Records company.updated if anything changed.',
  permission: 'companies:write',
  input: updateInput,
  run: updateCompany,
  payload: recordPayload('company', CompanyObject, 'The company after the change.'),
})

defineCommand('companyDelete', {
  description:
    'Removes a company that nothing belongs to any more; a CONFLICT lists what does. Records company.deleted.',
  permission: 'companies:write',
  input: onlyId('The company.'),
  run: deleteCompany,
  payload: deletedPayload('Id of the removed company.'),
})
