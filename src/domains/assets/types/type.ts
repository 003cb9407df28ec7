import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'

export const AssetTypeObject = builder.prismaNode('AssetType', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('assetType', 'AssetType'),
  description: 'A kind of equipment, such as chillers or lifts.',
  authScopes: { permission: 'assets:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
