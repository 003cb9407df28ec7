import { builder } from '../../graphql/builder.ts'
import {
  byChoice,
  byId,
  byMoment,
  choiceFilter,
  exactText,
} from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { RoleEnum, UserStatusEnum, Viewer } from './type.ts'

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who is asking, and what they may do.',
    authScopes: { signedIn: true },
    resolve: () => ({}),
  }),
)

const users = defineList('User', {
  called: 'people',
  where: {
    role: byChoice(choiceFilter('RoleFilter', 'a role', RoleEnum), 'By role.'),
    status: byChoice(choiceFilter('UserStatusFilter', 'a status', UserStatusEnum), 'By status.'),
    email: exactText('With this e-mail address; case does not matter.'),
    companyId: byId('By company that a contractor works for.'),
    created: byMoment('By when they were added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the e-mail address', ['name', 'email']),
  },
  orderBy: {
    NAME: ['name', 'Full name.'],
    EMAIL: ['email', 'E-mail address.'],
    ROLE: ['role', 'Role, OWNER first.'],
    STATUS: ['status', 'Status, INVITED first.'],
    CREATED: ['created', 'When the user was added.'],
    UPDATED: ['updated', 'When the user last changed.'],
  },
  otherwise: [{ name: 'asc' }],
})

users.query('users', {
  description: 'People of the organization, by name unless ordered otherwise.',
  authScopes: { permission: 'users:read' },
})
