import { CompanyKind } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'

export const KindEnum = builder.enumType('CompanyKind', {
  description: 'What a company is to the organization.',
  values: {
    [CompanyKind.BRANCH]: { description: 'A part of the organization itself.' },
    [CompanyKind.CONTRACTOR]: { description: 'Works for it.' },
    [CompanyKind.TENANT]: { description: 'Rents from it.' },
    [CompanyKind.VENDOR]: { description: 'Sells to it.' },
  },
})

export const CompanyObject = builder.prismaNode('Company', {
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
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
