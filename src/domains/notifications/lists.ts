import { builder } from '../../graphql/builder.ts'
import { callerOf, demand } from '../../graphql/context.ts'
import { byId, byMoment, isSet, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'

const notifications = defineList('Notification', {
  called: 'notifications',
  where: {
    read: isSet('Only read ones, or only unread ones.', 'readAt'),
    topics: oneOf('String', 'About one of these: "visitor.arrived".', 'topic'),
    userId: byId('By whose they are.'),
    subjectId: byId('By the record that they are about.'),
    created: byMoment('By when they were sent.'),
    readAt: byMoment('By when they were read.'),
    search: search('what they say', ['title', 'body']),
  },
  orderBy: {
    CREATED: ['created', 'When it was sent.'],
    READ_AT: ['readAt', 'When it was read; the unread last going up.'],
    TOPIC: ['topic', 'What it is about.'],
  },
  otherwise: [{ id: 'desc' }],
  always: (_where, context) => {
    const caller = callerOf(context)
    if (caller.kind === 'user') return { userId: caller.userId }
    demand(context, 'notifications:read')
    return {}
  },
})

notifications.query('notifications', {
  description:
    "Your own notifications, newest first unless ordered otherwise. A key with notifications:read sees everybody's.",
  authScopes: { signedIn: true },
  args: builder.args((t) => ({
    unread: t.boolean({ description: 'Only unread ones, or only read ones.' }),
  })),
  fromArgs: ({ unread }) => {
    if (typeof unread !== 'boolean') return {}
    return { readAt: unread ? null : { not: null } }
  },
})
