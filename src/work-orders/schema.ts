import type { Prisma, WorkOrder } from '../generated/prisma/client.ts'
import { WorkOrderPriority, WorkOrderStatus, WorkOrderType } from '../generated/prisma/enums.ts'
import { builder } from '../graphql/builder.ts'
import { defineCommand } from '../graphql/command.ts'
import { scopedPrisma } from '../graphql/context.ts'
import { registerNode } from '../graphql/node.ts'
import {
  DateTimeFilter,
  IdFilter,
  connectionNames,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toIdFilter,
} from '../graphql/paging.ts'
import { changeWorkOrderStatusInput, createWorkOrderInput, updateWorkOrderInput } from './input.ts'
import { allowedStatuses } from './rules.ts'
import { changeWorkOrderStatus, createWorkOrder, updateWorkOrder } from './service.ts'

const StatusEnum = builder.enumType('WorkOrderStatus', {
  description: 'Where a work order stands.',
  values: {
    [WorkOrderStatus.OPEN]: { description: 'Reported; nobody has taken it yet.' },
    [WorkOrderStatus.ACCEPTED]: { description: 'Somebody has taken it.' },
    [WorkOrderStatus.IN_PROGRESS]: { description: 'Being worked on.' },
    [WorkOrderStatus.ON_HOLD]: { description: 'Waiting; the resolution clock stands still.' },
    [WorkOrderStatus.COMPLETED]: { description: 'Done.' },
    [WorkOrderStatus.CLOSED]: { description: 'Done and checked.' },
    [WorkOrderStatus.REOPENED]: { description: 'Was done, but not well enough.' },
    [WorkOrderStatus.CANCELLED]: { description: 'Will not be done. Final.' },
    [WorkOrderStatus.SKIPPED]: { description: 'Planned work left out this time. Final.' },
  },
})

const PriorityEnum = builder.enumType('WorkOrderPriority', {
  description: 'How urgent it is; sets the SLA deadlines.',
  values: {
    [WorkOrderPriority.NONE]: { description: 'No SLA.' },
    [WorkOrderPriority.LOW]: { description: 'Response in 8 h, resolution in 48 h.' },
    [WorkOrderPriority.MEDIUM]: { description: 'Response in 4 h, resolution in 24 h.' },
    [WorkOrderPriority.HIGH]: { description: 'Response in 2 h, resolution in 12 h.' },
    [WorkOrderPriority.CRITICAL]: { description: 'Response in 1 h, resolution in 4 h.' },
  },
})

const TypeEnum = builder.enumType('WorkOrderType', {
  description: 'Kind of work.',
  values: {
    [WorkOrderType.CORRECTIVE]: { description: 'Repairs a fault.' },
    [WorkOrderType.PREVENTIVE]: { description: 'Planned maintenance.' },
    [WorkOrderType.INSPECTION]: { description: 'Looks without repairing.' },
    [WorkOrderType.REQUEST]: { description: 'Something that somebody asked for.' },
  },
})

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

const WorkOrderObject = builder.prismaNode('WorkOrder', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('workOrder', 'WorkOrder'),
  description: 'Work to be done at a place.',
  authScopes: { permission: 'work-orders:read' },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'What it is about.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where it stands.' }),
    allowedStatuses: t.field({
      type: [StatusEnum],
      description: 'Statuses that it could go to now.',
      select: { status: true, type: true },
      resolve: (order) => allowedStatuses(order),
    }),
    priority: t.expose('priority', { type: PriorityEnum, description: 'How urgent it is.' }),
    type: t.expose('type', { type: TypeEnum, description: 'Kind of work.' }),
    location: t.relation('location', { description: 'Where.' }),
    assignee: t.relation('assignee', { nullable: true, description: 'Who does it.' }),
    reportedBy: t.relation('reportedBy', { nullable: true, description: 'Who reported it.' }),
    completedBy: t.relation('completedBy', { nullable: true, description: 'Who completed it.' }),
    dueAt: t.expose('dueAt', moment('When it should be done.')),
    startedAt: t.expose('startedAt', moment('First start of work.')),
    respondedAt: t.expose('respondedAt', moment('First answer: accepted, started or assigned.')),
    completedAt: t.expose('completedAt', moment('When it was completed.')),
    onHoldReason: t.exposeString('onHoldReason', { nullable: true, description: 'Why it waits.' }),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'Why it ended.' }),
    reopenReason: t.exposeString('reopenReason', {
      nullable: true,
      description: 'Why it was opened again.',
    }),
    slaResponseDeadline: t.expose('slaResponseDeadline', moment('Latest answer.')),
    slaResolutionDeadline: t.expose(
      'slaResolutionDeadline',
      moment('Latest completion; a hold moves it when it ends.'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was opened.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const StatusFilter = builder.inputType('WorkOrderStatusFilter', {
  description: 'Compares a status.',
  fields: (t) => ({
    in: t.field({ type: [StatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [StatusEnum], description: 'None of these.' }),
  }),
})

const PriorityFilter = builder.inputType('WorkOrderPriorityFilter', {
  description: 'Compares a priority.',
  fields: (t) => ({
    in: t.field({ type: [PriorityEnum], description: 'One of these.' }),
    notIn: t.field({ type: [PriorityEnum], description: 'None of these.' }),
  }),
})

const WorkOrderWhere = builder.inputType('WorkOrderWhere', {
  description: 'Which work orders; all given conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: StatusFilter, description: 'By status.' }),
    priority: t.field({ type: PriorityFilter, description: 'By priority.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    assigneeId: t.field({ type: IdFilter, description: 'By assignee.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    dueAt: t.field({ type: DateTimeFilter, description: 'By due date.' }),
    slaResolutionDeadline: t.field({ type: DateTimeFilter, description: 'By latest completion.' }),
  }),
})

function toWhere(
  where: typeof WorkOrderWhere.$inferInput | null | undefined,
): Prisma.WorkOrderWhereInput {
  if (where == null) return {}
  const conditions: Record<string, unknown> = {
    status: listFilter(where.status),
    priority: listFilter(where.priority),
    locationId: toIdFilter(where.locationId),
    assigneeId: toIdFilter(where.assigneeId),
    location: where.siteId == null ? undefined : { siteId: where.siteId },
    created: toDateTimeFilter(where.created),
    updated: toDateTimeFilter(where.updated),
    dueAt: toDateTimeFilter(where.dueAt),
    slaResolutionDeadline: toDateTimeFilter(where.slaResolutionDeadline),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

interface ListFilter {
  in?: readonly string[] | null | undefined
  notIn?: readonly string[] | null | undefined
}

function listFilter(filter: ListFilter | null | undefined): object | undefined {
  if (filter == null) return undefined
  return {
    ...(filter.in == null ? {} : { in: filter.in }),
    ...(filter.notIn == null ? {} : { notIn: filter.notIn }),
  }
}

const OrderField = builder.enumType('WorkOrderOrderField', {
  description: 'What to order work orders by.',
  values: {
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
    PRIORITY: { value: 'priority', description: 'Urgency.' },
    DUE_AT: { value: 'dueAt', description: 'Due date.' },
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
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).workOrder.findUnique({ ...query, where: { id } }),
  }),
  workOrders: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WorkOrder',
      description: 'Work orders, newest first unless ordered otherwise.',
      authScopes: { permission: 'work-orders:read' },
      args: {
        where: t.arg({ type: WorkOrderWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [WorkOrderOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context) =>
        scopedPrisma(context).workOrder.findMany({
          ...query,
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'created', direction: 'desc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'desc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).workOrder.count({ where: toWhere(where) }),
    },
    ...connectionNames('WorkOrder'),
  ),
}))

defineCommand('workOrderCreate', {
  description: 'Opens a work order. Records workorder.created.',
  permission: 'work-orders:write',
  schema: createWorkOrderInput,
  input: (t) => ({
    title: t.string({ required: true, description: 'What it is about, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 10,000 characters.' }),
    priority: t.field({ type: PriorityEnum, description: 'How urgent; MEDIUM when left out.' }),
    type: t.field({ type: TypeEnum, description: 'Kind of work; CORRECTIVE when left out.' }),
    locationId: t.id({ required: true, description: 'Where.' }),
    assigneeId: t.id({ description: 'Who does it; an active user.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it should be done.' }),
  }),
  run: createWorkOrder,
  payload: (t) => ({
    workOrder: t.field({
      type: WorkOrderObject,
      nullable: true,
      description: 'The new work order.',
      resolve: (payload): WorkOrder | null => payload.result ?? null,
    }),
  }),
})

defineCommand('workOrderUpdate', {
  description:
    'Changes details of a work order; what is left out stays. Records workorder.updated if anything changed.',
  permission: 'work-orders:write',
  schema: updateWorkOrderInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The work order.' }),
    expectedVersion: t.int({ description: 'Refuse if it has another version by now.' }),
    title: t.string({ description: 'New title, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    priority: t.field({
      type: PriorityEnum,
      description: 'New urgency; both SLA deadlines are counted anew from creation.',
    }),
    type: t.field({ type: TypeEnum, description: 'New kind of work.' }),
    locationId: t.id({ description: 'New place.' }),
    assigneeId: t.id({ description: 'New assignee; null = nobody.' }),
    dueAt: t.field({ type: 'DateTime', description: 'New due date; null removes it.' }),
  }),
  run: updateWorkOrder,
  payload: (t) => ({
    workOrder: t.field({
      type: WorkOrderObject,
      nullable: true,
      description: 'The work order after the change.',
      resolve: (payload): WorkOrder | null => payload.result ?? null,
    }),
  }),
})

defineCommand('workOrderChangeStatus', {
  description:
    'Moves a work order to another status. Records workorder.status.changed, and workorder.completed after it when it is completed.',
  permission: 'work-orders:write',
  schema: changeWorkOrderStatusInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The work order.' }),
    expectedVersion: t.int({ description: 'Refuse if it has another version by now.' }),
    status: t.field({ type: StatusEnum, required: true, description: 'Where to.' }),
    reason: t.string({ description: 'Why; required for ON_HOLD and REOPENED, 1–500 characters.' }),
  }),
  run: changeWorkOrderStatus,
  payload: (t) => ({
    workOrder: t.field({
      type: WorkOrderObject,
      nullable: true,
      description: 'The work order after the change.',
      resolve: (payload): WorkOrder | null => payload.result ?? null,
    }),
  }),
})
