import { byMoment, exactly, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { TypeEnum } from './type.ts'

const fields = defineList('CustomerField', {
  called: 'customer fields',
  where: {
    key: exactly('String', 'Of this name in `fields` of customers.'),
    types: oneOf(TypeEnum, 'One of these types.', 'type'),
    required: exactly('Boolean', 'Whether every customer needs a value.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the key and the label', ['key', 'label']),
  },
  orderBy: {
    POSITION: ['position', 'Place in forms.'],
    KEY: ['key', 'Name of the value.'],
    LABEL: ['label', 'Name for people.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ position: 'asc' }],
})

fields.query('customerFields', {
  description: 'Customer fields in the order of forms, unless ordered otherwise.',
  authScopes: { permission: 'customer-fields:read' },
})
