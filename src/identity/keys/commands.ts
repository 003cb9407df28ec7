import type { ApiKey, Integration } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
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
import { IntegrationType, ApiKeyType } from './type.ts'

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
