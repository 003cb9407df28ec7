import type { Company } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { createCompanyInput, deleteInput, updateCompanyInput } from './input.ts'
import { createCompany, deleteCompany, updateCompany } from './service.ts'
import { KindEnum, CompanyObject } from './type.ts'

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
