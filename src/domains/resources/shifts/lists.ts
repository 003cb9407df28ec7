import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  toDateTimeFilter,
} from '../../../graphql/reading/paging.ts'

const ShiftWhere = builder.inputType('ShiftWhere', {
  description: 'Which shifts; all given conditions must hold.',
  fields: (t) => ({
    resourceId: t.id({ description: 'Of this resource.' }),
    userId: t.id({ description: 'Of this person.' }),
    startTime: t.field({ type: DateTimeFilter, description: 'By start.' }),
    endTime: t.field({ type: DateTimeFilter, description: 'By end.' }),
  }),
})

function toWhere(where: typeof ShiftWhere.$inferInput | null | undefined) {
  const startTime = toDateTimeFilter(where?.startTime)
  const endTime = toDateTimeFilter(where?.endTime)
  return {
    ...(where?.resourceId == null ? {} : { resourceId: where.resourceId }),
    ...(where?.userId == null ? {} : { userId: where.userId }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
  }
}

builder.queryFields((t) => ({
  shifts: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Shift',
      description: 'Shifts, the earliest first.',
      authScopes: { permission: 'shifts:read' },
      args: { where: t.arg({ type: ShiftWhere, description: 'Which ones; all when left out.' }) },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Shift', query, context, info, {
          where: toWhere(where),
          orderBy: [{ startTime: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).shift.count({ where: toWhere(where) }),
    },
    ...connectionNames('Shift'),
  ),
}))
