import { defineCommand } from '../../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../../graphql/commands/input/field.ts'
import { id, onlyId } from '../../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../../graphql/commands/payloads.ts'
import { description, name, newDescription, newName } from '../../fields.ts'
import { createServiceGroup, deleteServiceGroup, updateServiceGroup } from './service.ts'
import { ServiceGroupObject } from './type.ts'

const createInput = inputOf({ name, description })
export type CreateServiceGroupInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The group.'),
  name: newName,
  description: newDescription,
})
export type UpdateServiceGroupInput = ValueOf<typeof updateInput>

defineCommand('serviceGroupCreate', {
  description: 'Adds a group of services. Records service_group.created.',
  permission: 'service-groups:write',
  input: createInput,
  run: createServiceGroup,
  payload: recordPayload('serviceGroup', ServiceGroupObject, 'The new group.'),
})

defineCommand('serviceGroupUpdate', {
  description:
    'Changes a group of services; what is left out stays. Records service_group.updated if anything changed.',
  permission: 'service-groups:write',
  input: updateInput,
  run: updateServiceGroup,
  payload: recordPayload('serviceGroup', ServiceGroupObject, 'The group after the change.'),
})

defineCommand('serviceGroupDelete', {
  description:
    'Removes an empty group of services; a CONFLICT lists the services still in it. Records service_group.deleted.',
  permission: 'service-groups:write',
  input: onlyId('The group.'),
  run: deleteServiceGroup,
  payload: deletedPayload('Id of the removed group.'),
})
