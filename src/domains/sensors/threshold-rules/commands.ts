import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  float,
  id,
  int,
  oneOf,
  onlyId,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { PriorityEnum } from '../../work-orders/orders/enums.ts'
import { metricKey } from '../fields.ts'
import { createSensorRule, deleteSensorRule, updateSensorRule } from './service.ts'
import { ComparisonEnum, SensorRuleObject } from './type.ts'

const forMinutes = int(
  { min: 0, max: 1_440 },
  'Minutes that it has to stay there: 0–1440, 5 when left out.',
)
const title = text({ max: 200 }, 'Title of the work order, {min}–{max} characters.')

const createInput = inputOf({
  sensorId: id('Whose readings it follows.'),
  metric: metricKey('Which of its metrics.'),
  comparison: oneOf(ComparisonEnum, 'On which side.'),
  threshold: float('Of what value.'),
  forMinutes: forMinutes.optional(),
  title,
  priority: oneOf(PriorityEnum, 'Its priority; HIGH when left out.').optional(),
})
export type CreateSensorRuleInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The rule.'),
  comparison: oneOf(ComparisonEnum, 'On which side from now on.').optional(),
  threshold: float('New value.').optional(),
  forMinutes: forMinutes.describe('New number of minutes, 0–1440.').optional(),
  title: title.describe('New title of work orders, {min}–{max} characters.').optional(),
  priority: oneOf(PriorityEnum, 'New priority of work orders.').optional(),
  active: boolean('Whether it follows readings.').optional(),
})
export type UpdateSensorRuleInput = ValueOf<typeof updateInput>

defineCommand('sensorRuleCreate', {
  description: 'Adds a rule that opens a work order when a value stays beyond a threshold.',
  permission: 'sensors:write',
  input: createInput,
  run: createSensorRule,
  payload: recordPayload('sensorRule', SensorRuleObject, 'The new rule.'),
})

defineCommand('sensorRuleUpdate', {
  description: 'Changes a rule; what is left out stays. A new threshold starts a new breach.',
  permission: 'sensors:write',
  input: updateInput,
  run: updateSensorRule,
  payload: recordPayload('sensorRule', SensorRuleObject, 'The rule after the change.'),
})

defineCommand('sensorRuleDelete', {
  description: 'Removes a rule; work orders that it opened stay.',
  permission: 'sensors:write',
  input: onlyId('The rule.'),
  run: deleteSensorRule,
  payload: deletedPayload('Id of the removed rule.'),
})
