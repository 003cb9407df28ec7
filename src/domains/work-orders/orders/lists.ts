import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import {
  atSite,
  byChoice,
  byId,
  byMoment,
  choiceFilter,
  exactly,
  oneOf,
} from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { indexedSearch } from '../../../graphql/lists/search.ts'
import { visibleWorkOrders } from '../access.ts'
import { searchWorkOrders } from '../search.ts'
import { PriorityEnum, SlaStatusEnum, StatusEnum, TypeEnum } from './enums.ts'

const status = choiceFilter('WorkOrderStatusFilter', 'a status', StatusEnum)
const priority = choiceFilter('WorkOrderPriorityFilter', 'a priority', PriorityEnum)
const serviceLevel = choiceFilter(
  'SlaStatusFilter',
  'how something stands against its service level',
  SlaStatusEnum,
)

const workOrders = defineList('WorkOrder', {
  called: 'work orders',
  where: {
    search: indexedSearch('the title and the description', searchWorkOrders),
    status: byChoice(status, 'By status.'),
    priority: byChoice(priority, 'By priority.'),
    types: oneOf(TypeEnum, 'One of these kinds of work.', 'type'),
    slaStatus: byChoice(serviceLevel, 'By service level.'),
    locationId: byId('By place.'),
    siteId: atSite(),
    assetId: byId('By asset.'),
    assigneeId: byId('By assignee.'),
    reportedById: byId('By who reported it.'),
    companyId: byId('By contractor.'),
    maintenanceScheduleId: byId('By maintenance schedule.'),
    requiresSignature: exactly('Boolean', 'Whether it can be completed only after it was signed.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    startedAt: byMoment('By when work on it began.'),
    completedAt: byMoment('By completion.'),
    dueAt: byMoment('By due date.'),
    slaResponseDeadline: byMoment('By latest answer.'),
    slaResolutionDeadline: byMoment('By latest completion.'),
  },
  orderBy: {
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
    PRIORITY: ['priority', 'Urgency.'],
    STATUS: ['status', 'Status, OPEN first.'],
    TITLE: ['title', 'Title.'],
    DUE_AT: ['dueAt', 'Due date.'],
    COMPLETED_AT: ['completedAt', 'Completion.'],
    SLA_RESPONSE_DEADLINE: ['slaResponseDeadline', 'Latest answer.'],
    SLA_RESOLUTION_DEADLINE: ['slaResolutionDeadline', 'Latest completion.'],
  },
  otherwise: [{ created: 'desc' }],
  always: (_where, context) => visibleWorkOrders(scopedPrisma(context), callerOf(context)),
})

builder.queryField('workOrder', (t) =>
  t.prismaField({
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
)

workOrders.query('workOrders', {
  description:
    'Work orders, newest first unless ordered otherwise. A requester sees those they reported, a contractor those of their company.',
  authScopes: { permission: 'work-orders:read' },
})
