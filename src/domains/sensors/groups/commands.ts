import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { id, oneOf, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { createSensorGroup, deleteSensorGroup, updateSensorGroup } from './service.ts'
import { AggregationEnum, SensorGroupObject } from './type.ts'

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')

const createInput = inputOf({
  name,
  locationId: id('Where it is.'),
  aggregation: oneOf(
    AggregationEnum,
    'How one value is made of many; AVERAGE when left out.',
  ).optional(),
})
export type CreateSensorGroupInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The group.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  locationId: id('New place.').optional(),
  aggregation: oneOf(AggregationEnum, 'New way to make one value.').optional(),
})
export type UpdateSensorGroupInput = ValueOf<typeof updateInput>

defineCommand('sensorGroupCreate', {
  description: 'Adds a sensor group without sensors.',
  permission: 'sensors:write',
  input: createInput,
  run: createSensorGroup,
  payload: recordPayload('sensorGroup', SensorGroupObject, 'The new group.'),
})

defineCommand('sensorGroupUpdate', {
  description: 'Changes a sensor group; what is left out stays.',
  permission: 'sensors:write',
  input: updateInput,
  run: updateSensorGroup,
  payload: recordPayload('sensorGroup', SensorGroupObject, 'The group after the change.'),
})

defineCommand('sensorGroupDelete', {
  description: 'Removes a sensor group; a CONFLICT lists the sensors that are still in it.',
  permission: 'sensors:write',
  input: onlyId('The group.'),
  run: deleteSensorGroup,
  payload: deletedPayload('Id of the removed group.'),
})
