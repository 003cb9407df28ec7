import type { AssetType } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { createAssetType, deleteAssetType, updateAssetType } from './types/service.ts'
import { createAssetTypeInput, deleteAssetTypeInput, updateAssetTypeInput } from './input.ts'

const AssetTypeObject = builder.prismaNode('AssetType', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('assetType', 'AssetType'),
  description: 'A kind of equipment, such as chillers or lifts.',
  authScopes: { permission: 'assets:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryFields((t) => ({
  assetType: t.prismaField({
    type: 'AssetType',
    nullable: true,
    description: 'One kind of equipment; null when there is none with this id.',
    authScopes: { permission: 'assets:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the asset type.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).assetType.findUnique({ ...query, where: { id } }),
  }),
  assetTypes: t.prismaConnection(
    {
      ...pageOptions,
      type: 'AssetType',
      description: 'Kinds of equipment, by name.',
      authScopes: { permission: 'assets:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('AssetType', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).assetType.count(),
    },
    ...connectionNames('AssetType'),
  ),
}))

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
