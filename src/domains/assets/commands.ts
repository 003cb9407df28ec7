import type { Asset } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import {
  changeAssetStatusInput,
  createAssetInput,
  deleteAssetInput,
  updateAssetInput,
} from './input.ts'
import { AssetObject, AssetStatusEnum } from './type.ts'
import { changeAssetStatus, createAsset, deleteAsset, updateAsset } from './service.ts'

defineCommand('assetCreate', {
  description: 'Adds an asset. Records asset.created.',
  permission: 'assets:write',
  schema: createAssetInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 10,000 characters.' }),
    assetTypeId: t.id({ required: true, description: 'Kind of equipment.' }),
    locationId: t.id({ required: true, description: 'Where it is.' }),
    parentId: t.id({ description: 'What it is a part of; trees have at most 8 levels.' }),
    status: t.field({
      type: AssetStatusEnum,
      description: 'Whether it can be used: ONLINE when left out, not DECOMMISSIONED.',
    }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Flat details: up to 50 keys with strings, numbers or booleans.',
    }),
    purchaseCostCents: t.field({
      type: 'BigInt',
      description: "Price paid, in cents of the organization's currency.",
    }),
    purchasedAt: t.field({ type: 'DateTime', description: 'When it was bought.' }),
    warrantyEndsAt: t.field({ type: 'DateTime', description: 'When its warranty ends.' }),
    automaticStatus: t.boolean({
      description: 'Whether its status follows work and sensors; no when left out.',
    }),
    externalId: t.string({
      description: 'Its id in another system, 1–200 characters, not yet taken.',
    }),
  }),
  run: createAsset,
  payload: (t) => ({
    asset: t.field({
      type: AssetObject,
      nullable: true,
      description: 'The new asset.',
      resolve: (payload): Asset | null => payload.result ?? null,
    }),
  }),
})

defineCommand('assetUpdate', {
  description:
    'Changes an asset; what is left out stays. Records asset.updated for changed details and asset.status.changed for a changed status.',
  permission: 'assets:write',
  schema: updateAssetInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The asset.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    assetTypeId: t.id({ description: 'New kind of equipment.' }),
    locationId: t.id({ description: 'New place.' }),
    parentId: t.id({ description: 'What it is a part of from now on; null = nothing.' }),
    status: t.field({ type: AssetStatusEnum, description: 'New status.' }),
    automaticStatus: t.boolean({
      description: 'Whether its status follows work and sensors from the next change on.',
    }),
    metadata: t.field({ type: 'JSONObject', description: 'New details, instead of all old ones.' }),
    purchaseCostCents: t.field({
      type: 'BigInt',
      description: "New price, in cents of the organization's currency; null removes it.",
    }),
    purchasedAt: t.field({ type: 'DateTime', description: 'New purchase date; null removes it.' }),
    warrantyEndsAt: t.field({
      type: 'DateTime',
      description: 'New end of the warranty; null removes it.',
    }),
    externalId: t.string({ description: 'New id in another system; null removes it.' }),
    archived: t.boolean({ description: 'True takes it out of lists, false brings it back.' }),
  }),
  run: updateAsset,
  payload: (t) => ({
    asset: t.field({
      type: AssetObject,
      nullable: true,
      description: 'The asset after the change.',
      resolve: (payload): Asset | null => payload.result ?? null,
    }),
  }),
})

defineCommand('assetChangeStatus', {
  description:
    'Gives an asset another status. Records asset.status.changed. DECOMMISSIONED needs all work orders of it finished.',
  permission: 'assets:write',
  schema: changeAssetStatusInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The asset.' }),
    status: t.field({ type: AssetStatusEnum, required: true, description: 'Its new status.' }),
  }),
  run: changeAssetStatus,
  payload: (t) => ({
    asset: t.field({
      type: AssetObject,
      nullable: true,
      description: 'The asset after the change.',
      resolve: (payload): Asset | null => payload.result ?? null,
    }),
  }),
})

defineCommand('assetDelete', {
  description:
    'Removes an asset. A CONFLICT lists its parts, or its open work orders unless forced. Records asset.deleted.',
  permission: 'assets:write',
  schema: deleteAssetInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The asset.' }),
    force: t.boolean({
      description: 'True: also with open work orders; they go on and keep naming it.',
    }),
  }),
  run: deleteAsset,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed asset.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
