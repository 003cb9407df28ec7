import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { id, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { createManager, deleteManager, updateManager } from './service.ts'
import { ManagerObject } from './type.ts'

const title = text({ max: 100 }, 'What the duty is called, up to {max} characters.')

const createInput = inputOf(
  {
    userId: id('Who; an active user.'),
    companyId: id('Of which company; this or locationId.').optional(),
    locationId: id('Of which place; this or companyId.').optional(),
    title: title.optional(),
  },
  (manager) =>
    manager.refine(({ companyId, locationId }) => (companyId == null) !== (locationId == null), {
      error: 'either this or locationId must be given, not both',
      path: ['companyId'],
    }),
)
export type CreateManagerInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The manager.'),
  title: title.describe('New title; null removes it.').clearable(),
})
export type UpdateManagerInput = ValueOf<typeof updateInput>

defineCommand('managerCreate', {
  description: 'Makes a user a manager of a company or a place. Records manager.created.',
  permission: 'managers:write',
  input: createInput,
  run: createManager,
  payload: recordPayload('manager', ManagerObject, 'The new manager.'),
})

defineCommand('managerUpdate', {
  description: 'Changes details of a manager. Records manager.updated if anything changed.',
  permission: 'managers:write',
  input: updateInput,
  run: updateManager,
  payload: recordPayload('manager', ManagerObject, 'The manager after the change.'),
})

defineCommand('managerDelete', {
  description: 'Ends the duty of a manager; the user stays. Records manager.deleted.',
  permission: 'managers:write',
  input: onlyId('The manager.'),
  run: deleteManager,
  payload: deletedPayload('Id of the ended duty.'),
})
