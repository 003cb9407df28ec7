import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'

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
