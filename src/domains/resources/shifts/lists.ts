import { byMoment, exactly } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'

const shifts = defineList('Shift', {
  called: 'shifts',
  where: {
    resourceId: exactly('ID', 'Of this resource.'),
    userId: exactly('ID', 'Of this person.'),
    startTime: byMoment('By start.'),
    endTime: byMoment('By end.'),
    created: byMoment('By when it was planned.'),
    updated: byMoment('By last change.'),
    search: search('the note', ['note']),
  },
  orderBy: {
    START_TIME: ['startTime', 'Start.'],
    END_TIME: ['endTime', 'End.'],
    CREATED: ['created', 'When it was planned.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ startTime: 'asc' }],
})

shifts.query('shifts', {
  description: 'Shifts, the earliest first unless ordered otherwise.',
  authScopes: { permission: 'shifts:read' },
})
