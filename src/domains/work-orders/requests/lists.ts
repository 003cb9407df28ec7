import type { Caller } from '../../../access/caller.ts'
import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  toDateTimeFilter,
  toIdFilter,
  toRequiredIdFilter,
} from '../../../graphql/reading/paging.ts'
import { StatusEnum, visible } from './type.ts'

const Where = builder.inputType('WorkRequestWhere', {
  description: 'Which work requests; all given conditions must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [StatusEnum], description: 'One of these statuses.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    requestedById: t.field({ type: IdFilter, description: 'By who asked.' }),
    created: t.field({ type: DateTimeFilter, description: 'By when it was asked for.' }),
  }),
})

function toWhere(
  caller: Caller,
  where: typeof Where.$inferInput | null | undefined,
): Prisma.WorkRequestWhereInput {
  const conditions: Record<string, unknown> = {
    status: where?.statuses == null ? undefined : { in: where.statuses },
    locationId: toRequiredIdFilter(where?.locationId),
    requestedById: toIdFilter(where?.requestedById),
    created: toDateTimeFilter(where?.created),
  }
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined)
  return { AND: [visible(caller), Object.fromEntries(given)] }
}

builder.queryFields((t) => ({
  workRequests: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WorkRequest',
      description: 'Work requests, newest first. A requester sees their own.',
      authScopes: { permission: 'work-requests:read' },
      args: { where: t.arg({ type: Where, description: 'Which ones; all when left out.' }) },
      resolve: (query, _root, { where }, context, info) =>
        readPage('WorkRequest', query, context, info, {
          where: toWhere(callerOf(context), where),
          orderBy: [{ created: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).workRequest.count({ where: toWhere(callerOf(context), where) }),
    },
    ...connectionNames('WorkRequest'),
  ),
}))
