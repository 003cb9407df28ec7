import { byId, byMoment, isSet } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'

const permission = 'api-keys:manage'

const keys = defineList('ApiKey', {
  called: 'keys',
  where: {
    integrationId: byId('By the system that uses it.'),
    createdById: byId('By who made it.'),
    revoked: isSet('Only ended ones, or only those that are not.', 'revokedAt'),
    expiresAt: byMoment('By when it ends by itself.'),
    lastUsedAt: byMoment('By last use.'),
    created: byMoment('By when it was made.'),
    search: search('what it is for', ['name']),
  },
  orderBy: {
    CREATED: ['created', 'When it was made.'],
    NAME: ['name', 'What it is for.'],
    LAST_USED_AT: ['lastUsedAt', 'Last use.'],
    EXPIRES_AT: ['expiresAt', 'When it ends by itself.'],
  },
  otherwise: [{ id: 'desc' }],
})

keys.query('apiKeys', {
  description:
    'Keys of the organization, newest first unless ordered otherwise, revoked ones included.',
  authScopes: { permission },
})

keys.below('Integration', 'apiKeys', {
  connection: 'IntegrationApiKey',
  description: 'Its keys, newest first unless ordered otherwise, revoked ones included.',
})

const integrations = defineList('Integration', {
  called: 'systems',
  where: {
    created: byMoment('By when it was made.'),
    updated: byMoment('By last change.'),
    search: search('the name and the description', ['name', 'description']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'When it was made.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

integrations.query('integrations', {
  description: 'Systems that talk to this API, by name unless ordered otherwise.',
  authScopes: { permission },
})
