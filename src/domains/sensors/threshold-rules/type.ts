import { RuleComparison } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { PriorityEnum } from '../../work-orders/orders/enums.ts'

export const ComparisonEnum = builder.enumType('RuleComparison', {
  description: 'On which side of a threshold a value must not stay.',
  values: {
    [RuleComparison.ABOVE]: { description: 'Above it.' },
    [RuleComparison.BELOW]: { description: 'Below it.' },
  },
})

export const SensorRuleObject = builder.prismaNode('SensorRule', {
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
