import { RuleComparison, type SensorRule } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { PriorityEnum } from '../../work-orders/orders/enums.ts'
import { createSensorRuleInput, deleteInput, updateSensorRuleInput } from '../input.ts'
import { createSensorRule, deleteSensorRule, updateSensorRule } from '../threshold-rules/service.ts'

const ComparisonEnum = builder.enumType('RuleComparison', {
  description: 'On which side of a threshold a value must not stay.',
  values: {
    [RuleComparison.ABOVE]: { description: 'Above it.' },
    [RuleComparison.BELOW]: { description: 'Below it.' },
  },
})

const SensorRuleObject = builder.prismaNode('SensorRule', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('sensorRule', 'SensorRule'),
  description:
    'Opens a work order when a value stays beyond a threshold: one per breach, and none while an earlier one is open.',
  authScopes: { permission: 'sensors:read' },
  fields: (t) => ({
    sensor: t.relation('sensor', { description: 'Whose readings it follows.' }),
    metric: t.exposeString('metric', { description: 'Which of its metrics.' }),
    comparison: t.expose('comparison', { type: ComparisonEnum, description: 'On which side.' }),
    threshold: t.exposeFloat('threshold', { description: 'Of what value.' }),
    forMinutes: t.int({
      description: 'Minutes that it has to stay there.',
      select: { forSeconds: true },
      resolve: (rule) => rule.forSeconds / 60,
    }),
    title: t.exposeString('title', { description: 'Title of the work order.' }),
    priority: t.expose('priority', {
      type: PriorityEnum,
      description: 'Priority of the work order.',
    }),
    active: t.exposeBoolean('active', { description: 'Whether it follows readings.' }),
    breachedSince: t.expose('breachedSince', {
      type: 'DateTime',
      nullable: true,
      description: 'First reading beyond the threshold; null while the value is within.',
    }),
    workOrder: t.relation('workOrder', {
      nullable: true,
      description: 'The newest work order that it opened.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change of its settings.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', {
      type: 'DateTime',
      description: 'When its settings last changed.',
    }),
  }),
})

builder.prismaObjectField('Sensor', 'rules', (t) =>
  t.relatedConnection(
    'rules',
    {
      ...pageOptions,
      description: 'Rules that follow its readings, oldest first.',
      query: () => ({ orderBy: [{ created: 'asc' as const }, { id: 'asc' as const }] }),
    },
    ...connectionNames('SensorRules'),
  ),
)

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
