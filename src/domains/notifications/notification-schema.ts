import type { Notification, Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { callerOf, type Context, demand, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { createNotificationInput, markReadInput } from './input.ts'
import { createNotification, markRead } from './notifications.ts'

const NotificationObject = builder.prismaNode('Notification', {
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

/** A user's own ones; a key with notifications:read sees everybody's. */
function visible(
  context: Context,
  unread: boolean | null | undefined,
): Prisma.NotificationWhereInput {
  const caller = callerOf(context)
  if (caller.kind === 'apiKey') demand(context, 'notifications:read')
  return {
    ...(caller.kind === 'user' ? { userId: caller.userId } : {}),
    ...(unread === true ? { readAt: null } : {}),
    ...(unread === false ? { readAt: { not: null } } : {}),
  }
}

builder.queryField('notifications', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'Notification',
      description:
        "Your own notifications, newest first. A key with notifications:read sees everybody's.",
      authScopes: { signedIn: true },
      args: { unread: t.arg.boolean({ description: 'Only unread ones, or only read ones.' }) },
      resolve: (query, _root, { unread }, context, info) =>
        readPage('Notification', query, context, info, {
          where: visible(context, unread),
          orderBy: [{ id: 'desc' }],
        }),
      totalCount: (_root, { unread }, context) =>
        scopedPrisma(context).notification.count({ where: visible(context, unread) }),
    },
    ...connectionNames('Notification'),
  ),
)

defineCommand('notificationCreate', {
  description: 'Notifies a user. Records notification.created.',
  permission: 'notifications:write',
  schema: createNotificationInput,
  input: (t) => ({
    userId: t.id({ required: true, description: 'Whom; an active user.' }),
    topic: t.string({ description: 'What it is about, dotted; "message" when left out.' }),
    title: t.string({ required: true, description: 'What it says, 1–200 characters.' }),
    body: t.string({ description: 'What else it says, up to 2,000 characters.' }),
    subjectId: t.id({ description: 'The record it is about.' }),
  }),
  run: createNotification,
  payload: (t) => ({
    notification: t.field({
      type: NotificationObject,
      nullable: true,
      description: 'The new notification.',
      resolve: (payload): Notification | null => payload.result ?? null,
    }),
  }),
})

defineCommand('notificationMarkRead', {
  description: 'Marks your own notifications as read; others are passed over. Records no event.',
  permission: 'self',
  schema: markReadInput,
  input: (t) => ({
    ids: t.idList({ required: true, description: 'Which ones, 1–100.' }),
  }),
  run: markRead,
  payload: (t) => ({
    count: t.int({
      nullable: true,
      description: 'How many were unread before.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
