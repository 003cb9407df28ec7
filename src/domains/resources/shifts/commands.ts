import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, id, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { createShift, deleteShift, updateShift } from './service.ts'
import { ShiftObject } from './type.ts'

const note = text({ min: 0, max: 500 }, 'Anything to know about it, up to {max} characters.')

const createInput = inputOf({
  resourceId: id('What is staffed.'),
  userId: id('Who is on it; an active user.').optional(),
  startTime: dateTime('From.'),
  endTime: dateTime('Until, at most 24 hours later.'),
  note: note.optional(),
})
export type CreateShiftInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The shift.'),
  resourceId: id('What is staffed now.').optional(),
  userId: id('Who is on it; null = nobody.').clearable(),
  startTime: dateTime('New start.').optional(),
  endTime: dateTime('New end.').optional(),
  note: note.describe('New note; null removes it.').clearable(),
})
export type UpdateShiftInput = ValueOf<typeof updateInput>

defineCommand('shiftCreate', {
  description: 'Plans time during which a resource is staffed. Records shift.created.',
  permission: 'shifts:write',
  input: createInput,
  run: createShift,
  payload: recordPayload('shift', ShiftObject, 'The new shift.'),
})

defineCommand('shiftUpdate', {
  description:
    'Changes a shift; what is left out stays. Records shift.updated if anything changed.',
  permission: 'shifts:write',
  input: updateInput,
  run: updateShift,
  payload: recordPayload('shift', ShiftObject, 'The shift after the change.'),
})

defineCommand('shiftDelete', {
  description: 'Removes a shift. Records shift.deleted.',
  permission: 'shifts:write',
  input: onlyId('The shift.'),
  run: deleteShift,
  payload: deletedPayload('Id of the removed shift.'),
})
