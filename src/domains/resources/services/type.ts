import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'

export const ServiceObject = builder.prismaNode('Service', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('service', 'Service'),
  description: 'What can be had with a booking: catering, a set-up, a guided tour.',
  authScopes: { permission: 'services:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    group: t.relation('group', { nullable: true, description: 'Heading it is offered under.' }),
    durationMinutes: t.exposeInt('durationMinutes', {
      nullable: true,
      description: 'How long it takes.',
    }),
    priceCents: t.exposeInt('priceCents', {
      nullable: true,
      description: "Price in hundredths of the organization's currency.",
    }),
    resourceIds: t.field({
      type: ['ID'],
      description: 'Resources it is offered with, at most 100.',
      select: { resources: { select: { resourceId: true }, orderBy: { resourceId: 'asc' } } },
      resolve: ({ resources }) => resources.map((link) => link.resourceId),
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
