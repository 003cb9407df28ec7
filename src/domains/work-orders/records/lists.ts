import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { byId, byMoment, byNumber, computed } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { visibleParts } from '../access.ts'

const parts = defineList('Part', {
  called: 'parts',
  where: {
    search: search('the name and the number', ['name', 'partNumber']),
    belowMinimum: computed(
      'Boolean',
      'True: only those of which there are too few.',
      (isBelow: boolean, context) =>
        isBelow ? { stock: { lt: scopedPrisma(context).part.fields.minStock } } : undefined,
    ),
    stock: byNumber('By how many there are.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
  },
  orderBy: {
    NAME: ['name', 'By name.'],
    STOCK: ['stock', 'The fewest first.'],
    UPDATED: ['updated', 'The longest unchanged first.'],
  },
  isPlainOrder: true,
  otherwise: [{ name: 'asc' }],
  always: (_where, context) => visibleParts(callerOf(context)),
})

parts.query('parts', {
  description: 'Parts kept in stock; not for requesters and contractors.',
  authScopes: { permission: 'work-orders:read' },
})

const labor = defineList('Labor', {
  called: 'time worked',
  where: {
    userId: byId('By who worked.'),
    startedAt: byMoment('By when it began.'),
    endedAt: byMoment('By when it ended.'),
    seconds: byNumber('By how long it took, in seconds.'),
    search: search('the note', ['note']),
  },
  orderBy: {
    STARTED_AT: ['startedAt', 'When it began.'],
    ENDED_AT: ['endedAt', 'When it ended; running timers last going up.'],
    SECONDS: ['seconds', 'How long it took.'],
    CREATED: ['created', 'When it was noted.'],
  },
  otherwise: [{ startedAt: 'asc' }],
})

labor.below('WorkOrder', 'labor', {
  connection: 'Labor',
  description: 'Time that people worked on it, from the first unless ordered otherwise.',
})

const partUses = defineList('PartUse', {
  called: 'uses of parts',
  where: {
    partId: byId('By part.'),
    usedById: byId('By who took it.'),
    quantity: byNumber('By how many were taken.'),
    created: byMoment('By when they were taken.'),
  },
  orderBy: {
    CREATED: ['created', 'When they were taken.'],
    QUANTITY: ['quantity', 'How many were taken.'],
  },
  otherwise: [{ created: 'asc' }],
})

partUses.below('WorkOrder', 'partUses', {
  connection: 'PartUse',
  description: 'Parts that it took from stock, from the first unless ordered otherwise.',
})

const comments = defineList('WorkOrderComment', {
  called: 'comments',
  where: {
    authorId: byId('By who wrote it.'),
    created: byMoment('By when it was written.'),
    search: search('the text', ['text']),
  },
  orderBy: { CREATED: ['created', 'When it was written.'] },
  otherwise: [{ created: 'asc' }],
})

comments.below('WorkOrder', 'comments', {
  connection: 'WorkOrderComment',
  description: 'What people say about it, from the first unless ordered otherwise.',
})
