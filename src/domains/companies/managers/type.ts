import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'

export const ManagerObject = builder.prismaNode('Manager', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('manager', 'Manager'),
  description: "A user's responsibility for one company or one place.",
  authScopes: { permission: 'managers:read' },
  fields: (t) => ({
    user: t.relation('user', { description: 'Who manages.' }),
    company: t.relation('company', { nullable: true, description: 'Which company, or …' }),
    location: t.relation('location', { nullable: true, description: '… which place.' }),
    title: t.exposeString('title', { nullable: true, description: 'What the duty is called.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'Since when.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
