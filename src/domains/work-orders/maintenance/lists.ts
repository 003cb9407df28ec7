import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { byId, byMoment, exactly, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { visibleSchedules } from '../access.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { FrequencyEnum, OutcomeEnum } from './type.ts'

const schedules = defineList('MaintenanceSchedule', {
  called: 'schedules',
  where: {
    active: exactly('Boolean', 'Whether they make work orders.'),
    locationId: byId('By place.'),
    assigneeId: byId('By assignee.'),
    companyId: byId('By contractor.'),
    priorities: oneOf(PriorityEnum, 'One of these priorities.', 'priority'),
    frequencies: oneOf(FrequencyEnum, 'One of these frequencies.', 'frequency'),
    nextOccurrenceAt: byMoment('By the next occurrence without a work order.'),
    created: byMoment('By when it was made.'),
    updated: byMoment('By last change.'),
    search: search('the title and the description', ['title', 'description']),
  },
  orderBy: {
    TITLE: ['title', 'Title.'],
    NEXT_OCCURRENCE_AT: ['nextOccurrenceAt', 'The next occurrence without a work order.'],
    PRIORITY: ['priority', 'Urgency of its work orders.'],
    CREATED: ['created', 'When it was made.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ title: 'asc' }],
  always: (_where, context) => visibleSchedules(scopedPrisma(context), callerOf(context)),
})

schedules.query('maintenanceSchedules', {
  description:
    'Maintenance schedules, by title unless ordered otherwise. A contractor sees those of their company.',
  authScopes: { permission: 'work-orders:read' },
})

const occurrences = defineList('MaintenanceOccurrence', {
  called: 'occurrences',
  where: {
    outcomes: oneOf(OutcomeEnum, 'One of these outcomes.', 'outcome'),
    workOrderId: byId('By work order.'),
    occurrenceAt: byMoment('By when it was to be.'),
    created: byMoment('By when it was dealt with.'),
    search: search('the reason', ['reason']),
  },
  orderBy: {
    OCCURRENCE_AT: ['occurrenceAt', 'When it was to be.'],
    CREATED: ['created', 'When it was dealt with.'],
  },
  otherwise: [{ occurrenceAt: 'desc' }],
})

occurrences.below('MaintenanceSchedule', 'occurrences', {
  connection: 'MaintenanceOccurrence',
  description: 'What became of its occurrences, latest first unless ordered otherwise.',
})
