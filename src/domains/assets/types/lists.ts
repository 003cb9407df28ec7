import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { byMoment } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'

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
}))

const types = defineList('AssetType', {
  called: 'kinds of equipment',
  where: {
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the description', ['name', 'description']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

types.query('assetTypes', {
  description: 'Kinds of equipment, by name unless ordered otherwise.',
  authScopes: { permission: 'assets:read' },
})
