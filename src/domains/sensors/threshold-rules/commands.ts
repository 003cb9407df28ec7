import { type SensorRule } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { PriorityEnum } from '../../work-orders/orders/enums.ts'
import { createSensorRuleInput, deleteInput, updateSensorRuleInput } from '../input.ts'
import { createSensorRule, deleteSensorRule, updateSensorRule } from './service.ts'
import { ComparisonEnum, SensorRuleObject } from './type.ts'

defineCommand('sensorRuleCreate', {
  description: 'Adds a rule that opens a work order when a value stays beyond a threshold.',
  permission: 'sensors:write',
  schema: createSensorRuleInput,
  input: (t) => ({
    sensorId: t.id({ required: true, description: 'Whose readings it follows.' }),
    metric: t.string({ required: true, description: 'Which of its metrics.' }),
    comparison: t.field({ type: ComparisonEnum, required: true, description: 'On which side.' }),
    threshold: t.float({ required: true, description: 'Of what value.' }),
    forMinutes: t.int({
      description: 'Minutes that it has to stay there: 0–1440, 5 when left out.',
    }),
    title: t.string({
      required: true,
      description: 'Title of the work order, 1–200 characters.',
    }),
    priority: t.field({ type: PriorityEnum, description: 'Its priority; HIGH when left out.' }),
  }),
  run: createSensorRule,
  payload: (t) => ({
    sensorRule: t.field({
      type: SensorRuleObject,
      nullable: true,
      description: 'The new rule.',
      resolve: (payload): SensorRule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorRuleUpdate', {
  description: 'Changes a rule; what is left out stays. A new threshold starts a new breach.',
  permission: 'sensors:write',
  schema: updateSensorRuleInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The rule.' }),
    comparison: t.field({ type: ComparisonEnum, description: 'On which side from now on.' }),
    threshold: t.float({ description: 'New value.' }),
    forMinutes: t.int({ description: 'New number of minutes, 0–1440.' }),
    title: t.string({ description: 'New title of work orders, 1–200 characters.' }),
    priority: t.field({ type: PriorityEnum, description: 'New priority of work orders.' }),
    active: t.boolean({ description: 'Whether it follows readings.' }),
  }),
  run: updateSensorRule,
  payload: (t) => ({
    sensorRule: t.field({
      type: SensorRuleObject,
      nullable: true,
      description: 'The rule after the change.',
      resolve: (payload): SensorRule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorRuleDelete', {
  description: 'Removes a rule; work orders that it opened stay.',
  permission: 'sensors:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The rule.' }),
  }),
  run: deleteSensorRule,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed rule.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
