import { builder } from '../graphql/builder.ts'
import { registerNode } from '../graphql/reading/node.ts'
import { byMoment, byNumber, oneOf } from '../graphql/lists/comparators.ts'
import { defineList } from '../graphql/lists/define-list.ts'
import { search } from '../graphql/lists/search.ts'
import '../sweep/events.ts'

builder.prismaNode('FailedTask', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('failedTask', 'FailedTask'),
  description:
    'Something that Plantroom does by itself as time passes and that failed for one record. It holds up nothing else, and is listed until it is done or due no more.',
  authScopes: { permission: 'audit:read' },
  fields: (t) => ({
    task: t.exposeString('task', {
      description: 'What was to be done, such as "visits at closing".',
    }),
    recordId: t.exposeID('recordId', {
      description:
        'The record that it was to be done to; the organization itself where its records could not be looked for.',
    }),
    reason: t.exposeString('reason', { description: 'Why it failed, for a person.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    created: t.expose('created', {
      type: 'DateTime',
      description: 'When it failed first.',
    }),
    lastFailedAt: t.expose('lastFailedAt', {
      type: 'DateTime',
      description: 'When it failed last.',
    }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      description: 'When it is tried again: 10 s after the first failure, at last every 6 hours.',
    }),
  }),
})

const failedTasks = defineList('FailedTask', {
  called: 'failed tasks',
  where: {
    task: oneOf('String', 'One of these tasks.'),
    recordId: oneOf('ID', 'What was to be done to one of these records.'),
    attempts: byNumber('By how often it was tried.'),
    created: byMoment('By when it failed first.'),
    lastFailedAt: byMoment('By when it failed last.'),
    nextTryAt: byMoment('By when it is tried again.'),
    search: search('why it failed', ['reason']),
  },
  orderBy: {
    LAST_FAILED_AT: ['lastFailedAt', 'When it failed last.'],
    NEXT_TRY_AT: ['nextTryAt', 'When it is tried again.'],
    CREATED: ['created', 'When it failed first.'],
    ATTEMPTS: ['attempts', 'How often it was tried.'],
  },
  otherwise: [{ lastFailedAt: 'desc' }],
})

failedTasks.query('failedTasks', {
  description:
    'What Plantroom was to do by itself and could not, the latest failure first unless ordered otherwise. Each is tried again.',
  authScopes: { permission: 'audit:read' },
})
