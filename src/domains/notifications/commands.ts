import type { Notification } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { createNotificationInput, markReadInput } from './input.ts'
import { createNotification, markRead } from './notifications.ts'
import { NotificationObject } from './type.ts'

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
