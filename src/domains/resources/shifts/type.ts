import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'

export const ShiftObject = builder.prismaNode('Shift', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('shift', 'Shift'),
  description: 'Time during which a resource is staffed.',
  authScopes: { permission: 'shifts:read' },
  fields: (t) => ({
    resource: t.relation('resource', { description: 'What is staffed.' }),
    user: t.relation('user', { nullable: true, description: 'Who is on it.' }),
    startTime: t.expose('startTime', { type: 'DateTime', description: 'From.' }),
    endTime: t.expose('endTime', { type: 'DateTime', description: 'Until.' }),
    note: t.exposeString('note', { nullable: true, description: 'Anything to know about it.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was planned.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
