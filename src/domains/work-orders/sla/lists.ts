import { byId, byMoment } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'

const policies = defineList('SlaPolicy', {
  called: 'service level policies',
  where: {
    locationId: byId('By place where it holds.'),
    created: byMoment('By when it was made.'),
    updated: byMoment('By last change.'),
    search: search('the name', ['name']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'When it was made.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

policies.query('slaPolicies', {
  description: 'Service level policies, by name unless ordered otherwise.',
  authScopes: { permission: 'work-orders:read' },
})
