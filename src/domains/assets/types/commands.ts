import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { id, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { createAssetType, deleteAssetType, updateAssetType } from './service.ts'
import { AssetTypeObject } from './type.ts'

const name = text({ max: 200 }, 'Name, {min}–{max} characters, not yet taken.')
const description = text({ min: 0, max: 10_000 }, 'Details, up to {max} characters.')

const createInput = inputOf({ name, description: description.optional() })
export type CreateAssetTypeInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The asset type.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  description: description.describe('New details; null removes them.').clearable(),
})
export type UpdateAssetTypeInput = ValueOf<typeof updateInput>

defineCommand('assetTypeCreate', {
  description: 'Adds a kind of equipment.',
  permission: 'assets:write',
  input: createInput,
  run: createAssetType,
  payload: recordPayload('assetType', AssetTypeObject, 'The new asset type.'),
})

defineCommand('assetTypeUpdate', {
  description: 'Changes a kind of equipment; what is left out stays.',
  permission: 'assets:write',
  input: updateInput,
  run: updateAssetType,
  payload: recordPayload('assetType', AssetTypeObject, 'The asset type after the change.'),
})

defineCommand('assetTypeDelete', {
  description: 'Removes a kind of equipment; a CONFLICT lists the assets that are still of it.',
  permission: 'assets:write',
  input: onlyId('The asset type.'),
  run: deleteAssetType,
  payload: deletedPayload('Id of the removed asset type.'),
})
