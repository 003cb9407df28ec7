import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  toIdFilter,
  toRequiredIdFilter,
} from '../../../graphql/reading/paging.ts'
import { visibleSchedules } from '../access.ts'

const Where = builder.inputType('MaintenanceScheduleWhere', {
  description: 'Which schedules; all given conditions must hold.',
  fields: (t) => ({
    active: t.boolean({ description: 'Whether they make work orders.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    assigneeId: t.field({ type: IdFilter, description: 'By assignee.' }),
    search: t.string({ description: 'Part of the title; case does not matter.' }),
  }),
})

function toWhere(
  where: typeof Where.$inferInput | null | undefined,
): Prisma.MaintenanceScheduleWhereInput {
  const conditions: Record<string, unknown> = {
    active: where?.active ?? undefined,
    locationId: toRequiredIdFilter(where?.locationId),
    assigneeId: toIdFilter(where?.assigneeId),
    title: where?.search == null ? undefined : { contains: where.search, mode: 'insensitive' },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

builder.queryFields((t) => ({
  maintenanceSchedules: t.prismaConnection(
    {
      ...pageOptions,
      type: 'MaintenanceSchedule',
      description: 'Maintenance schedules, by title. A contractor sees those of their company.',
      authScopes: { permission: 'work-orders:read' },
      args: { where: t.arg({ type: Where, description: 'Which ones; all when left out.' }) },
      resolve: async (query, _root, { where }, context, info) => {
        const prisma = scopedPrisma(context)
        const visible = await visibleSchedules(prisma, callerOf(context))
        return readPage('MaintenanceSchedule', query, context, info, {
          where: { AND: [visible, toWhere(where)] },
          orderBy: [{ title: 'asc' }, { id: 'asc' }],
        })
      },
      totalCount: async (_root, { where }, context) => {
        const prisma = scopedPrisma(context)
        const visible = await visibleSchedules(prisma, callerOf(context))
        return prisma.maintenanceSchedule.count({ where: { AND: [visible, toWhere(where)] } })
      },
    },
    ...connectionNames('MaintenanceSchedule'),
  ),
}))
