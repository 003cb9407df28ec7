import { byId, byMoment, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'

const entries = defineList('AuditEntry', {
  name: 'Audit',
  called: 'audit entries',
  where: {
    action: oneOf('String', 'One of these actions.'),
    actorId: byId('By who did it.'),
    subjectId: byId('By what it was done to.'),
    remoteAddresses: oneOf('String', 'From one of these addresses.', 'remoteAddress'),
    created: byMoment('By when.'),
  },
  orderBy: {
    CREATED: ['created', 'When.'],
    ACTION: ['action', 'What was done.'],
  },
  otherwise: [{ created: 'desc' }],
})

entries.query('auditLog', {
  description: 'Who did what from where, newest first unless ordered otherwise.',
  authScopes: { permission: 'audit:read' },
})
