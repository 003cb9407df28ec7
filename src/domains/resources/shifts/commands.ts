import type { Shift } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { deleteInput } from '../fields.ts'
import { createShiftInput, updateShiftInput } from './input.ts'
import { createShift, deleteShift, updateShift } from './service.ts'
import { ShiftObject } from './type.ts'

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
