import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { id, ids, int, onlyId } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { description, name, newDescription, newName } from '../fields.ts'
import { createService, deleteService, updateService } from './service.ts'
import { ServiceObject } from './type.ts'

const durationMinutes = int({ min: 1, max: 44_640 }, 'How long it takes, {min}–{max}.')
const priceCents = int(
  { min: 0, max: 2_147_483_647 },
  "Price in hundredths of the organization's currency.",
)
const resourceIds = ids({ max: 100 }, 'Resources it is offered with, at most {max}.')

const createInput = inputOf({
  name,
  description,
  groupId: id('Heading to offer it under.').optional(),
  durationMinutes: durationMinutes.optional(),
  priceCents: priceCents.optional(),
  resourceIds: resourceIds.optional(),
})
export type CreateServiceInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The service.'),
  name: newName,
  description: newDescription,
  groupId: id('New heading; null = none.').clearable(),
  durationMinutes: durationMinutes.describe('How long it takes; null = not said.').clearable(),
  priceCents: priceCents.describe('New price; null = not said.').clearable(),
  resourceIds: resourceIds.describe('All resources it is offered with, anew.').optional(),
})
export type UpdateServiceInput = ValueOf<typeof updateInput>

defineCommand('serviceCreate', {
  description: 'Adds a service. Records service.created.',
  permission: 'services:write',
  input: createInput,
  run: createService,
  payload: recordPayload('service', ServiceObject, 'The new service.'),
})

defineCommand('serviceUpdate', {
  description:
    'Changes a service; what is left out stays. Records service.updated if anything changed.',
  permission: 'services:write',
  input: updateInput,
  run: updateService,
  payload: recordPayload('service', ServiceObject, 'The service after the change.'),
})

defineCommand('serviceDelete', {
  description: 'Removes a service. Records service.deleted.',
  permission: 'services:write',
  input: onlyId('The service.'),
  run: deleteService,
  payload: deletedPayload('Id of the removed service.'),
})
