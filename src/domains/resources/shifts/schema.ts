import type { Shift } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  pageOptions,
  toDateTimeFilter,
} from '../../../graphql/reading/paging.ts'
import { deleteInput } from '../fields.ts'
import { createShiftInput, updateShiftInput } from './input.ts'
import { createShift, deleteShift, updateShift } from './service.ts'

const ShiftObject = builder.prismaNode('Shift', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('shift', 'Shift'),
  description: 'Time during which a resource is staffed.',
  authScopes: { permission: 'shifts:read' },
  fields: (t) => ({
    resource: t.relation('resource', { description: 'What is staffed.' }),
    user: t.relation('user', { nullable: true, description: 'Who is on it.' }),
    startTime: t.expose('startTime', { type: 'DateTime', description: 'From.' }),
    endTime: t.expose('endTime', { type: 'DateTime', description: 'Until.' }),
    note: t.exposeString('note', { nullable: true, description: 'Anything to know about it.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was planned.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

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

defineCommand('shiftCreate', {
  description: 'Plans time during which a resource is staffed. Records shift.created.',
  permission: 'shifts:write',
  schema: createShiftInput,
  input: (t) => ({
    resourceId: t.id({ required: true, description: 'What is staffed.' }),
    userId: t.id({ description: 'Who is on it; an active user.' }),
    startTime: t.field({ type: 'DateTime', required: true, description: 'From.' }),
    endTime: t.field({
      type: 'DateTime',
      required: true,
      description: 'Until, at most 24 hours later.',
    }),
    note: t.string({ description: 'Anything to know about it, up to 500 characters.' }),
  }),
  run: createShift,
  payload: (t) => ({
    shift: t.field({
      type: ShiftObject,
      nullable: true,
      description: 'The new shift.',
      resolve: (payload): Shift | null => payload.result ?? null,
    }),
  }),
})

defineCommand('shiftUpdate', {
  description:
    'Changes a shift; what is left out stays. Records shift.updated if anything changed.',
  permission: 'shifts:write',
  schema: updateShiftInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The shift.' }),
    resourceId: t.id({ description: 'What is staffed now.' }),
    userId: t.id({ description: 'Who is on it; null = nobody.' }),
    startTime: t.field({ type: 'DateTime', description: 'New start.' }),
    endTime: t.field({ type: 'DateTime', description: 'New end.' }),
    note: t.string({ description: 'New note; null removes it.' }),
  }),
  run: updateShift,
  payload: (t) => ({
    shift: t.field({
      type: ShiftObject,
      nullable: true,
      description: 'The shift after the change.',
      resolve: (payload): Shift | null => payload.result ?? null,
    }),
  }),
})

defineCommand('shiftDelete', {
  description: 'Removes a shift. Records shift.deleted.',
  permission: 'shifts:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The shift.' }),
  }),
  run: deleteShift,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed shift.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
