import type { AssetType } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { createAssetType, deleteAssetType, updateAssetType } from './service.ts'
import { createAssetTypeInput, deleteAssetTypeInput, updateAssetTypeInput } from '../input.ts'
import { AssetTypeObject } from './type.ts'

defineCommand('assetTypeCreate', {
  description: 'Adds a kind of equipment.',
  permission: 'assets:write',
  schema: createAssetTypeInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters, not yet taken.' }),
    description: t.string({ description: 'Details, up to 10,000 characters.' }),
  }),
  run: createAssetType,
  payload: (t) => ({
    assetType: t.field({
      type: AssetTypeObject,
      nullable: true,
      description: 'The new asset type.',
      resolve: (payload): AssetType | null => payload.result ?? null,
    }),
  }),
})

defineCommand('assetTypeUpdate', {
  description: 'Changes a kind of equipment; what is left out stays.',
  permission: 'assets:write',
  schema: updateAssetTypeInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The asset type.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
  }),
  run: updateAssetType,
  payload: (t) => ({
    assetType: t.field({
      type: AssetTypeObject,
      nullable: true,
      description: 'The asset type after the change.',
      resolve: (payload): AssetType | null => payload.result ?? null,
    }),
  }),
})

defineCommand('assetTypeDelete', {
  description: 'Removes a kind of equipment; a CONFLICT lists the assets that are still of it.',
  permission: 'assets:write',
  schema: deleteAssetTypeInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The asset type.' }),
  }),
  run: deleteAssetType,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed asset type.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
