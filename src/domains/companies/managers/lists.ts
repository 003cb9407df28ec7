import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  toIdFilter,
  toRequiredIdFilter,
} from '../../../graphql/reading/paging.ts'

const ManagerWhere = builder.inputType('ManagerWhere', {
  description: 'Which managers; all given conditions must hold.',
  fields: (t) => ({
    userId: t.field({ type: IdFilter, description: 'By user.' }),
    companyId: t.field({ type: IdFilter, description: 'By company.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
  }),
})

function toWhere(
  where: typeof ManagerWhere.$inferInput | null | undefined,
): Prisma.ManagerWhereInput {
  const conditions: Record<string, unknown> = {
    userId: toRequiredIdFilter(where?.userId),
    companyId: toIdFilter(where?.companyId),
    locationId: toIdFilter(where?.locationId),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

builder.queryFields((t) => ({
  managers: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Manager',
      description: 'Managers of companies and places, longest-serving first.',
      authScopes: { permission: 'managers:read' },
      args: {
        where: t.arg({ type: ManagerWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Manager', query, context, info, {
          where: toWhere(where),
          orderBy: [{ id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).manager.count({ where: toWhere(where) }),
    },
    ...connectionNames('Manager'),
  ),
}))
