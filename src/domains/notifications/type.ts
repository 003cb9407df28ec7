import { builder } from '../../graphql/builder.ts'
import { callerOf } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'

export const NotificationObject = builder.prismaNode('Notification', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('notification', 'Notification'),
  description: 'A message to one user.',
  select: { id: true, userId: true },
  authScopes: ({ userId }, context) => {
    const caller = callerOf(context)
    if (caller.kind !== 'user') return { permission: 'notifications:read' }
    // Whoever sends a notification is shown it in the answer.
    if (userId === caller.userId) return true
    return { permission: 'notifications:write' }
  },
  fields: (t) => ({
    userId: t.exposeID('userId', { description: 'Whose it is.' }),
    topic: t.exposeString('topic', { description: 'What it is about: "visitor.arrived".' }),
    title: t.exposeString('title', { description: 'What it says.' }),
    body: t.exposeString('body', { nullable: true, description: 'What else it says.' }),
    subjectId: t.exposeID('subjectId', {
      nullable: true,
      description: 'The record it is about; `node` finds it.',
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was read; null = unread.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was sent.' }),
  }),
})
