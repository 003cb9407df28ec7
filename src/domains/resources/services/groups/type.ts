import { builder } from '../../../../graphql/builder.ts'
import { registerNode } from '../../../../graphql/reading/node.ts'

export const ServiceGroupObject = builder.prismaNode('ServiceGroup', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('serviceGroup', 'ServiceGroup'),
  description: 'A heading under which services are offered.',
  authScopes: { permission: 'service-groups:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
