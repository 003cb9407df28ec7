import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { LocationKindEnum } from './type.ts'

const LocationWhere = builder.inputType('LocationWhere', {
  description: 'Which places; all given conditions must hold.',
  fields: (t) => ({
    kinds: t.field({ type: [LocationKindEnum], description: 'One of these tiers.' }),
    siteId: t.id({ description: 'Belonging to this site.' }),
    parentId: t.id({ description: 'Directly under this place.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

const toWhere = (where: typeof LocationWhere.$inferInput | null | undefined) => ({
  ...(where?.kinds == null ? {} : { kind: { in: where.kinds } }),
  ...(where?.siteId == null ? {} : { siteId: where.siteId }),
  ...(where?.parentId == null ? {} : { parentId: where.parentId }),
  ...(where?.search == null
    ? {}
    : { name: { contains: where.search, mode: 'insensitive' as const } }),
})

builder.queryFields((t) => ({
  location: t.prismaField({
    type: 'Location',
    nullable: true,
    description: 'One place; null when there is none with this id.',
    authScopes: { permission: 'locations:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the place.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).location.findUnique({ ...query, where: { id } }),
  }),
  locations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Location',
      description: 'Places of the organization, by name.',
      authScopes: { permission: 'locations:read' },
      args: {
        where: t.arg({ type: LocationWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Location', query, context, info, {
          where: toWhere(where),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).location.count({ where: toWhere(where) }),
    },
    ...connectionNames('Location'),
  ),
}))
