import { z } from 'zod'
import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { boolean, cents, dateTime, id, oneOf, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { changeAssetStatus, createAsset, deleteAsset, updateAsset } from './service.ts'
import { AssetObject, AssetStatusEnum } from './type.ts'

const MAX_KEYS = 50

/** Flat on purpose: filters, exports and search then work on every key alike. */
const metadataRule = z
  .record(
    z.string().min(1).max(100, 'keys must have at most 100 characters'),
    z.union([z.string().max(1_000), z.number(), z.boolean()], {
      error: 'values must be strings of at most 1000 characters, numbers or booleans',
    }),
  )
  .refine((value) => Object.keys(value).length <= MAX_KEYS, `must have at most ${MAX_KEYS} keys`)

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
const description = text({ min: 0, max: 10_000 }, 'Details, up to {max} characters.')
const externalId = text(
  { max: 200 },
  'Its id in another system, {min}–{max} characters, not yet taken.',
)
const metadata = field(
  'JSONObject',
  metadataRule,
  'Flat details: up to {max} keys with strings, numbers or booleans.',
  { max: MAX_KEYS },
)

const createInput = inputOf({
  name,
  description: description.optional(),
  assetTypeId: id('Kind of equipment.'),
  locationId: id('Where it is.'),
  parentId: id('What it is a part of; trees have at most 8 levels.').optional(),
  status: oneOf(
    AssetStatusEnum,
    'Whether it can be used: ONLINE when left out, not DECOMMISSIONED.',
  )
    .refine((status) => status !== 'DECOMMISSIONED', 'must not be DECOMMISSIONED')
    .optional(),
  metadata: metadata.optional(),
  purchaseCostCents: cents("Price paid, in cents of the organization's currency.").optional(),
  purchasedAt: dateTime('When it was bought.').optional(),
  warrantyEndsAt: dateTime('When its warranty ends.').optional(),
  automaticStatus: boolean(
    'Whether its status follows work and sensors; no when left out.',
  ).optional(),
  externalId: externalId.optional(),
})
export type CreateAssetInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The asset.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  description: description.describe('New details; null removes them.').clearable(),
  assetTypeId: id('New kind of equipment.').optional(),
  locationId: id('New place.').optional(),
  parentId: id('What it is a part of from now on; null = nothing.').clearable(),
  status: oneOf(AssetStatusEnum, 'New status.').optional(),
  automaticStatus: boolean(
    'Whether its status follows work and sensors from the next change on.',
  ).optional(),
  metadata: metadata.describe('New details, instead of all old ones.').optional(),
  purchaseCostCents: cents(
    "New price, in cents of the organization's currency; null removes it.",
  ).clearable(),
  purchasedAt: dateTime('New purchase date; null removes it.').clearable(),
  warrantyEndsAt: dateTime('New end of the warranty; null removes it.').clearable(),
  externalId: externalId.describe('New id in another system; null removes it.').clearable(),
  archived: boolean('True takes it out of lists, false brings it back.').optional(),
})
export type UpdateAssetInput = ValueOf<typeof updateInput>

const deleteInput = inputOf({
  id: id('The asset.'),
  force: boolean('True: also with open work orders; they go on and keep naming it.').optional(),
})
export type DeleteAssetInput = ValueOf<typeof deleteInput>

defineCommand('assetCreate', {
  description: 'Adds an asset. Records asset.created.',
  permission: 'assets:write',
  input: createInput,
  run: createAsset,
  payload: recordPayload('asset', AssetObject, 'The new asset.'),
})

defineCommand('assetUpdate', {
  description:
    'Changes an asset; what is left out stays. Records asset.updated for changed details and asset.status.changed for a changed status.',
  permission: 'assets:write',
  input: updateInput,
  run: updateAsset,
  payload: recordPayload('asset', AssetObject, 'The asset after the change.'),
})

defineCommand('assetChangeStatus', {
  description:
    'Gives an asset another status. Records asset.status.changed. DECOMMISSIONED needs all work orders of it finished.',
  permission: 'assets:write',
  input: inputOf({ id: id('The asset.'), status: oneOf(AssetStatusEnum, 'Its new status.') }),
  run: changeAssetStatus,
  payload: recordPayload('asset', AssetObject, 'The asset after the change.'),
})

defineCommand('assetDelete', {
  description:
    'Removes an asset. A CONFLICT lists its parts, or its open work orders unless forced. Records asset.deleted.',
  permission: 'assets:write',
  input: deleteInput,
  run: deleteAsset,
  payload: deletedPayload('Id of the removed asset.'),
})
