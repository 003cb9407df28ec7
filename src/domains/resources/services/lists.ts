import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'

const ServiceWhere = builder.inputType('ServiceWhere', {
  description: 'Which services; all given conditions must hold.',
  fields: (t) => ({
    groupId: t.id({ description: 'Offered under this heading.' }),
    resourceId: t.id({ description: 'Offered with this resource.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

const toWhere = (where: typeof ServiceWhere.$inferInput | null | undefined) => ({
  ...(where?.groupId == null ? {} : { groupId: where.groupId }),
  ...(where?.resourceId == null ? {} : { resources: { some: { resourceId: where.resourceId } } }),
  ...(where?.search == null
    ? {}
    : { name: { contains: where.search, mode: 'insensitive' as const } }),
})

builder.queryFields((t) => ({
  service: t.prismaField({
    type: 'Service',
    nullable: true,
    description: 'One service; null when there is none with this id.',
    authScopes: { permission: 'services:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the service.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).service.findUnique({ ...query, where: { id } }),
  }),
  services: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Service',
      description: 'Services, by name.',
      authScopes: { permission: 'services:read' },
      args: {
        where: t.arg({ type: ServiceWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Service', query, context, info, {
          where: toWhere(where),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).service.count({ where: toWhere(where) }),
    },
    ...connectionNames('Service'),
  ),
}))
