import type { ApiKey, Integration } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  createApiKeyInput,
  createIntegrationInput,
  deleteIntegrationInput,
  revokeApiKeyInput,
  rotateApiKeyInput,
  updateIntegrationInput,
} from '../input.ts'
import {
  createApiKey,
  createIntegration,
  deleteIntegration,
  revokeApiKey,
  rotateApiKey,
  updateIntegration,
} from './service.ts'

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
    apiKeys: t.relatedConnection(
      'apiKeys',
      {
        ...pageOptions,
        description: 'Its keys, newest first, revoked ones included.',
        query: { orderBy: [{ id: 'desc' }] },
        totalCount: true,
      },
      ...connectionNames('IntegrationApiKey'),
    ),
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

builder.queryFields((t) => ({
  apiKeys: t.prismaConnection(
    {
      ...pageOptions,
      type: 'ApiKey',
      description: 'Keys of the organization, newest first, revoked ones included.',
      authScopes: { permission: 'api-keys:manage' },
      resolve: (query, _root, _args, context, info) =>
        readPage('ApiKey', query, context, info, { orderBy: [{ id: 'desc' }] }),
      totalCount: (_root, _args, context) => scopedPrisma(context).apiKey.count(),
    },
    ...connectionNames('ApiKey'),
  ),
  integrations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Integration',
      description: 'Systems that talk to this API, by name.',
      authScopes: { permission: 'api-keys:manage' },
      resolve: (query, _root, _args, context, info) =>
        readPage('Integration', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).integration.count(),
    },
    ...connectionNames('Integration'),
  ),
}))

const SCOPES_TEXT = 'What it may do: "<resource>:read" or "<resource>:write"; write implies read.'

defineCommand('apiKeyCreate', {
  description: 'Creates an API key. Its text is answered once and never shown again.',
  permission: 'api-keys:manage',
  schema: createApiKeyInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for, 1–100 characters.' }),
    scopes: t.stringList({ required: true, description: SCOPES_TEXT }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it ends by itself; never when left out.',
    }),
    integrationId: t.id({ description: 'The system that uses it.' }),
  }),
  run: createApiKey,
  payload: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The new key, without its text.',
      resolve: (payload): ApiKey | null => payload.result?.apiKey ?? null,
    }),
    key: t.string({
      nullable: true,
      description: 'The key itself: store it now, it is not shown again.',
      resolve: (payload) => payload.result?.key ?? null,
    }),
  }),
})

defineCommand('apiKeyRotate', {
  description:
    'Gives an API key a new text, answered once. Id, scopes and limits stay; connections opened with the old text close and may come back until its grace ends.',
  permission: 'api-keys:manage',
  changes: null,
  schema: rotateApiKeyInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The key.' }),
    graceSeconds: t.int({
      description: 'How long the old text still works, in seconds: 0 (default) to 604,800.',
    }),
  }),
  run: rotateApiKey,
  payload: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The key, without its text.',
      resolve: (payload): ApiKey | null => payload.result?.apiKey ?? null,
    }),
    key: t.string({
      nullable: true,
      description: 'The new text: store it now, it is not shown again.',
      resolve: (payload) => payload.result?.key ?? null,
    }),
  }),
})

defineCommand('apiKeyRevoke', {
  description: 'Ends an API key at once.',
  permission: 'api-keys:manage',
  changes: null,
  schema: revokeApiKeyInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The key.' }) }),
  run: (unit, input) => revokeApiKey(unit, input.id),
  payload: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The revoked key.',
      resolve: (payload): ApiKey | null => payload.result ?? null,
    }),
  }),
})

defineCommand('integrationCreate', {
  description: 'Adds a system that talks to this API.',
  permission: 'api-keys:manage',
  schema: createIntegrationInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Which system, 1–100 characters.' }),
    description: t.string({ description: 'Details, up to 1,000 characters.' }),
    scopes: t.stringList({ required: true, description: 'The most that its keys may do.' }),
  }),
  run: createIntegration,
  payload: (t) => ({
    integration: t.field({
      type: IntegrationType,
      nullable: true,
      description: 'The new integration.',
      resolve: (payload): Integration | null => payload.result ?? null,
    }),
  }),
})

defineCommand('integrationUpdate', {
  description:
    'Changes an integration; what is left out stays. Scopes taken away are lost to its keys at once.',
  permission: 'api-keys:manage',
  recalls: true,
  schema: updateIntegrationInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The integration.' }),
    name: t.string({ description: 'New name, 1–100 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    scopes: t.stringList({ description: 'The most that its keys may do from now on.' }),
  }),
  run: updateIntegration,
  payload: (t) => ({
    integration: t.field({
      type: IntegrationType,
      nullable: true,
      description: 'The integration after the change.',
      resolve: (payload): Integration | null => payload.result ?? null,
    }),
  }),
})

defineCommand('integrationDelete', {
  description: 'Removes an integration and ends its keys at once.',
  permission: 'api-keys:manage',
  recalls: true,
  schema: deleteIntegrationInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The integration.' }),
  }),
  run: deleteIntegration,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed integration.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
