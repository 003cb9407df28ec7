import { byId, byMoment, exactly, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { PriorityEnum } from '../../work-orders/orders/enums.ts'

const rules = defineList('SensorRule', {
  called: 'rules',
  where: {
    metric: exactly('String', 'Of this metric.'),
    active: exactly('Boolean', 'Whether they follow readings.'),
    priorities: oneOf(PriorityEnum, 'One of these priorities.', 'priority'),
    workOrderId: byId('By the newest work order that they opened.'),
    breachedSince: byMoment('By the first reading beyond the threshold.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By when its settings last changed.'),
    search: search('the title of the work order', ['title']),
  },
  orderBy: {
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'When its settings last changed.'],
    METRIC: ['metric', 'Metric.'],
    BREACHED_SINCE: ['breachedSince', 'First reading beyond the threshold.'],
  },
  otherwise: [{ created: 'asc' }],
})

rules.below('Sensor', 'rules', {
  connection: 'SensorRules',
  description: 'Rules that follow its readings, oldest first unless ordered otherwise.',
})
