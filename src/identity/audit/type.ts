import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'

builder.prismaNode('AuditEntry', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('auditEntry', 'AuditEntry'),
  description:
    'One thing that somebody did to access: sign-ins, users, keys, endpoints, the organization. Never changed, never removed.',
  authScopes: { permission: 'audit:read' },
  fields: (t) => ({
    action: t.exposeString('action', {
      description:
        'What was done: the name of a mutation, or session.started, session.refused, session.refresh_token_reused.',
    }),
    actorId: t.exposeID('actorId', {
      nullable: true,
      description: 'User or API key that did it; null when nobody was recognised.',
    }),
    subjectId: t.exposeID('subjectId', {
      nullable: true,
      description: 'The record that it was done to.',
    }),
    remoteAddress: t.exposeString('remoteAddress', { description: 'From which address.' }),
    detail: t.field({
      type: 'JSONObject',
      description: 'More about it: names of the given inputs, reasons; never their values.',
      select: { detail: true },
      resolve: (entry) => entry.detail,
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When.' }),
  }),
})
