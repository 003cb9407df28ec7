import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions, SortDirection } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { visibleWorkOrders } from '../access.ts'
import { toVisibleWhere, WorkOrderWhere } from './filters.ts'

const OrderField = builder.enumType('WorkOrderOrderField', {
  description: 'What to order work orders by.',
  values: {
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
    PRIORITY: { value: 'priority', description: 'Urgency.' },
    DUE_AT: { value: 'dueAt', description: 'Due date.' },
    COMPLETED_AT: { value: 'completedAt', description: 'Completion.' },
    SLA_RESPONSE_DEADLINE: { value: 'slaResponseDeadline', description: 'Latest answer.' },
    SLA_RESOLUTION_DEADLINE: { value: 'slaResolutionDeadline', description: 'Latest completion.' },
  } as const,
})

const WorkOrderOrder = builder.inputType('WorkOrderOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  workOrder: t.prismaField({
    type: 'WorkOrder',
    nullable: true,
    description: 'One work order; null when there is none with this id.',
    authScopes: { permission: 'work-orders:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the work order.' }) },
    resolve: async (query, _root, { id }, context) => {
      const prisma = scopedPrisma(context)
      const visible = await visibleWorkOrders(prisma, callerOf(context))
      return prisma.workOrder.findUnique({ ...query, where: { id, AND: visible } })
    },
  }),
  workOrders: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WorkOrder',
      description:
        'Work orders, newest first unless ordered otherwise. A requester sees those they reported, a contractor those of their company.',
      authScopes: { permission: 'work-orders:read' },
      args: {
        where: t.arg({ type: WorkOrderWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [WorkOrderOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: async (query, _root, { where, orderBy }, context, info) => {
        const prisma = scopedPrisma(context)
        return readPage('WorkOrder', query, context, info, {
          where: await toVisibleWhere(prisma, callerOf(context), where),
          orderBy: [
            ...(orderBy ?? [{ field: 'created', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        })
      },
      totalCount: async (_root, { where }, context) => {
        const prisma = scopedPrisma(context)
        return prisma.workOrder.count({
          where: await toVisibleWhere(prisma, callerOf(context), where),
        })
      },
    },
    ...connectionNames('WorkOrder'),
  ),
}))
