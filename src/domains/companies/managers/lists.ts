import { byId, byMoment } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'

const managers = defineList('Manager', {
  called: 'managers',
  where: {
    userId: byId('By user.'),
    companyId: byId('By company.'),
    locationId: byId('By place.'),
    created: byMoment('By since when.'),
    updated: byMoment('By last change.'),
    search: search('what the duty is called', ['title']),
  },
  orderBy: {
    CREATED: ['created', 'Since when.'],
    UPDATED: ['updated', 'Last change.'],
    TITLE: ['title', 'What the duty is called.'],
  },
  otherwise: [{ id: 'asc' }],
})

managers.query('managers', {
  description: 'Managers of companies and places, longest-serving first unless ordered otherwise.',
  authScopes: { permission: 'managers:read' },
})

managers.below('Company', 'managers', {
  connection: 'CompanyManagers',
  description: 'Its managers, longest-serving first unless ordered otherwise.',
})
