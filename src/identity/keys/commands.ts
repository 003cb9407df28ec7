import { z } from 'zod'
import { SCOPES } from '../../access/caller.ts'
import { defineCommand, type PayloadBuilder } from '../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { dateTime, id, int, listOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordField, recordPayload } from '../../graphql/commands/payloads.ts'
import {
  createApiKey,
  createIntegration,
  deleteIntegration,
  type KeyWithText,
  revokeApiKey,
  rotateApiKey,
  updateIntegration,
} from './service.ts'
import { ApiKeyType, IntegrationType } from './type.ts'

const scopes = listOf(
  field('String', z.enum(SCOPES), ''),
  { min: 1, max: 1_000 },
  'What it may do: "<resource>:read" or "<resource>:write"; write implies read.',
)

const createKeyInput = inputOf({
  name: text({ max: 100 }, 'What it is for, {min}–{max} characters.'),
  scopes,
  expiresAt: dateTime('When it ends by itself; never when left out.').optional(),
  integrationId: id('The system that uses it.').optional(),
})
export type CreateApiKeyInput = ValueOf<typeof createKeyInput>

const rotateKeyInput = inputOf({
  id: id('The key.'),
  graceSeconds: int(
    { min: 0, max: 604_800 },
    'How long the old text still works, in seconds: 0 (default) to {max}.',
  ).optional(),
})
export type RotateApiKeyInput = ValueOf<typeof rotateKeyInput>

const name = text({ max: 100 }, 'Which system, {min}–{max} characters.')
const description = text({ min: 0, max: 1_000 }, 'Details, up to {max} characters.')

const createInput = inputOf({
  name,
  description: description.optional(),
  scopes: scopes.describe('The most that its keys may do.'),
})
export type CreateIntegrationInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The integration.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  description: description.describe('New details; null removes them.').clearable(),
  scopes: scopes.describe('The most that its keys may do from now on.').optional(),
})
export type UpdateIntegrationInput = ValueOf<typeof updateInput>

/** A key with its text, which is shown this once. */
const keyPayload = (words: string, text: string) => (t: PayloadBuilder<KeyWithText>) => ({
  ...recordField(t, 'apiKey', ApiKeyType, words, ({ apiKey }) => apiKey),
  key: t.string({
    nullable: true,
    description: text,
    resolve: (payload) => payload.result?.key ?? null,
  }),
})

defineCommand('apiKeyCreate', {
  description: 'Creates an API key. Its text is answered once and never shown again.',
  permission: 'api-keys:manage',
  input: createKeyInput,
  run: createApiKey,
  payload: keyPayload(
    'The new key, without its text.',
    'The key itself: store it now, it is not shown again.',
  ),
})

defineCommand('apiKeyRotate', {
  description:
    'Gives an API key a new text, answered once. Id, scopes and limits stay; connections opened with the old text close and may come back until its grace ends.',
  permission: 'api-keys:manage',
  changes: null,
  input: rotateKeyInput,
  run: rotateApiKey,
  payload: keyPayload(
    'The key, without its text.',
    'The new text: store it now, it is not shown again.',
  ),
})

defineCommand('apiKeyRevoke', {
  description: 'Ends an API key at once.',
  permission: 'api-keys:manage',
  changes: null,
  input: onlyId('The key.'),
  run: (unit, input) => revokeApiKey(unit, input.id),
  payload: recordPayload('apiKey', ApiKeyType, 'The revoked key.'),
})

defineCommand('integrationCreate', {
  description: 'Adds a system that talks to this API.',
  permission: 'api-keys:manage',
  input: createInput,
  run: createIntegration,
  payload: recordPayload('integration', IntegrationType, 'The new integration.'),
})

defineCommand('integrationUpdate', {
  description:
    'Changes an integration; what is left out stays. Scopes taken away are lost to its keys at once.',
  permission: 'api-keys:manage',
  recalls: true,
  input: updateInput,
  run: updateIntegration,
  payload: recordPayload('integration', IntegrationType, 'The integration after the change.'),
})

defineCommand('integrationDelete', {
  description: 'Removes an integration and ends its keys at once.',
  permission: 'api-keys:manage',
  recalls: true,
  input: onlyId('The integration.'),
  run: deleteIntegration,
  payload: deletedPayload('Id of the removed integration.'),
})
