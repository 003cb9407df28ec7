import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { storedValues } from './events.ts'

export const CustomerObject = builder.prismaNode('Customer', {
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
