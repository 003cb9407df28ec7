import { byMoment } from '../../../../graphql/lists/comparators.ts'
import { defineList } from '../../../../graphql/lists/define-list.ts'
import { search } from '../../../../graphql/lists/search.ts'

const groups = defineList('ServiceGroup', {
  called: 'groups of services',
  where: {
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the description', ['name', 'description']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

groups.query('serviceGroups', {
  description: 'Groups of services, by name unless ordered otherwise.',
  authScopes: { permission: 'service-groups:read' },
})
