import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { anyId, id, ids, text } from '../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import { topic } from './fields.ts'
import { createNotification, markRead } from './notifications.ts'
import { NotificationObject } from './type.ts'

const createInput = inputOf({
  userId: id('Whom; an active user.'),
  topic: topic('What it is about, dotted; "message" when left out.').optional(),
  title: text({ max: 200 }, 'What it says, {min}–{max} characters.'),
  body: text({ max: 2_000 }, 'What else it says, up to {max} characters.').optional(),
  subjectId: anyId('The record it is about.').optional(),
})
export type CreateNotificationInput = ValueOf<typeof createInput>

const markReadInput = inputOf({ ids: ids({ min: 1, max: 100 }, 'Which ones, {min}–{max}.') })
export type MarkReadInput = ValueOf<typeof markReadInput>

defineCommand('notificationCreate', {
  description: 'Notifies a user. Records notification.created.',
  permission: 'notifications:write',
  input: createInput,
  run: createNotification,
  payload: recordPayload('notification', NotificationObject, 'The new notification.'),
})

defineCommand('notificationMarkRead', {
  description: 'Marks your own notifications as read; others are passed over. Records no event.',
  permission: 'self',
  input: markReadInput,
  run: markRead,
  payload: (t) => ({
    count: t.int({
      nullable: true,
      description: 'How many were unread before.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
