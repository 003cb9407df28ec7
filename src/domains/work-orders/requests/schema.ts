import type { Caller } from '../../../access/caller.ts'
import type { Prisma, WorkRequest } from '../../../generated/prisma/client.ts'
import { WorkRequestStatus } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
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
import {
  acceptWorkRequestInput,
  createWorkRequestInput,
  rejectWorkRequestInput,
} from './request-input.ts'
import { acceptWorkRequest, createWorkRequest, rejectWorkRequest } from './service.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { WorkOrderObject } from '../orders/type.ts'

const StatusEnum = builder.enumType('WorkRequestStatus', {
  description: 'Where a work request stands.',
  values: {
    [WorkRequestStatus.PENDING]: { description: 'Nobody has decided yet.' },
    [WorkRequestStatus.ACCEPTED]: { description: 'It became a work order. Final.' },
    [WorkRequestStatus.REJECTED]: { description: 'It was turned down. Final.' },
  },
})

/** A requester sees what they asked for. */
const visible = (caller: Caller): Prisma.WorkRequestWhereInput =>
  caller.kind === 'user' && caller.role === 'REQUESTER' ? { requestedById: caller.userId } : {}

const WorkRequestObject = builder.prismaNode('WorkRequest', {
  id: { field: 'id' },
  name: registerNode('workRequest', 'WorkRequest'),
  nullable: true,
  findUnique: (id, context) => ({ id, AND: visible(callerOf(context)) }),
  description: 'What somebody asks for, before it is work.',
  authScopes: { permission: 'work-requests:read' },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'What it is about.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where it stands.' }),
    location: t.relation('location', { description: 'Where.' }),
    requestedBy: t.relation('requestedBy', {
      nullable: true,
      description: 'Who asked; null when a machine did.',
    }),
    decidedBy: t.relation('decidedBy', { nullable: true, description: 'Who decided.' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was decided.',
    }),
    rejectReason: t.exposeString('rejectReason', {
      nullable: true,
      description: 'Why it was turned down.',
    }),
    workOrder: t.field({
      type: WorkOrderObject,
      nullable: true,
      description: 'The work order that it became.',
      select: (_args, _context, nested) => ({ workOrders: nested({ take: 1 }) }),
      resolve: (request) => request.workOrders[0] ?? null,
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was asked for.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

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

function defineRequestCommand<I>(name: string, options: CommandBody<I, WorkRequest>): void {
  defineCommand<I, WorkRequest>(name, {
    ...options,
    permission: 'work-requests:write',
    payload: (t) => ({
      workRequest: t.field({
        type: WorkRequestObject,
        nullable: true,
        description: 'The work request after the change.',
        resolve: (payload): WorkRequest | null => payload.result ?? null,
      }),
    }),
  })
}

defineRequestCommand('workRequestCreate', {
  description: 'Asks for work. Records work_request.created.',
  schema: createWorkRequestInput,
  input: (t) => ({
    title: t.string({ required: true, description: 'What it is about, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 10,000 characters.' }),
    locationId: t.id({ required: true, description: 'Where.' }),
  }),
  run: createWorkRequest,
})

defineRequestCommand('workRequestAccept', {
  description:
    'Makes a work order of a request. Records workorder.created and work_request.accepted. Managers only.',
  schema: acceptWorkRequestInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The request.' }),
    title: t.string({ description: 'Title of the work order; that of the request when left out.' }),
    priority: t.field({ type: PriorityEnum, description: 'How urgent; MEDIUM when left out.' }),
    assigneeId: t.id({ description: 'Who does it.' }),
    companyId: t.id({ description: 'Contractor in charge.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it should be done.' }),
  }),
  run: acceptWorkRequest,
})

defineRequestCommand('workRequestReject', {
  description: 'Turns a request down. Records work_request.rejected. Managers only.',
  schema: rejectWorkRequestInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The request.' }),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: rejectWorkRequest,
})
