import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

export const IntegrationType = builder.prismaNode('Integration', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('integration', 'Integration'),
  description: 'A system that talks to this API. Its keys can do no more than it may.',
  authScopes: { permission: 'api-keys:manage' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Which system.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    scopes: t.exposeStringList('scopes', { description: 'The most that its keys may do.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const ApiKeyType = builder.prismaNode('ApiKey', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('apiKey', 'ApiKey'),
  description: 'A key with which a machine calls this API. The key itself is never shown again.',
  authScopes: { permission: 'api-keys:manage' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is for.' }),
    scopes: t.exposeStringList('scopes', {
      description: 'What it may do, "work-orders:read"; no more than its integration may.',
    }),
    lastFour: t.exposeString('lastFour', { description: 'Its last four characters.' }),
    integration: t.relation('integration', {
      nullable: true,
      description: 'The system that uses it.',
    }),
    expiresAt: t.expose('expiresAt', moment('When it ends by itself; null = never.')),
    lastUsedAt: t.expose('lastUsedAt', moment('Last use, to the minute.')),
    lastUsedFrom: t.exposeString('lastUsedFrom', {
      nullable: true,
      description: 'Address from which it was last used.',
    }),
    createdBy: t.relation('createdBy', {
      nullable: true,
      description: 'Who made it. It lives on when they go: see their status.',
    }),
    knownByIds: t.idList({
      description: 'Everybody whom its text, or a former one, was shown to: the persons behind it.',
      select: { createdById: true, knownByIds: true },
      resolve: (key) => [...new Set([key.createdById, ...key.knownByIds])],
    }),
    rotatedAt: t.expose('rotatedAt', moment('When it was given a new text.')),
    previousExpiresAt: t.expose(
      'previousExpiresAt',
      moment('Until when its former text works as well, after a rotation.'),
    ),
    revokedAt: t.expose('revokedAt', moment('When it was ended.')),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
  }),
})
