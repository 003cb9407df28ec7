import type { Caller } from '../../../access/caller.ts'
import type { Prisma } from '../../../generated/prisma/client.ts'
import { WorkRequestStatus } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { WorkOrderObject } from '../orders/type.ts'

export const StatusEnum = builder.enumType('WorkRequestStatus', {
  description: 'Where a work request stands.',
  values: {
    [WorkRequestStatus.PENDING]: { description: 'Nobody has decided yet.' },
    [WorkRequestStatus.ACCEPTED]: { description: 'It became a work order. Final.' },
    [WorkRequestStatus.REJECTED]: { description: 'It was turned down. Final.' },
  },
})

/** A requester sees what they asked for. */
export const visible = (caller: Caller): Prisma.WorkRequestWhereInput =>
  caller.kind === 'user' && caller.role === 'REQUESTER' ? { requestedById: caller.userId } : {}

export const WorkRequestObject = builder.prismaNode('WorkRequest', {
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
