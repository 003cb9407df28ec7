import { newId } from '../../database/ids.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { type EventInput, record } from '../../events/record.ts'
import type { Notification } from '../../generated/prisma/client.ts'
import { demandActiveUser, demandUser } from '../../identity/users/people.ts'
import { notificationCreated, serializeNotification } from './events.ts'
import type { CreateNotificationInput, MarkReadInput } from './commands.ts'

/** Notifies an active user on behalf of the caller. */
export async function createNotification(
  unit: UnitOfWork,
  input: CreateNotificationInput,
): Promise<Notification> {
  await demandActiveUser(unit, input.userId, 'userId')
  return write(unit, { ...input, topic: input.topic ?? 'message' })
}

interface Message {
  userId: string
  topic: string
  title: string
  body?: string | null | undefined
  subjectId?: string | null | undefined
}

/**
 * Notifies a user of something that has just happened. Put no personal data of others into the
 * text: name the record, whoever shows the notification looks it up.
 */
export async function notify(unit: UnitOfWork, message: Message): Promise<Notification> {
  return write(unit, message, { consequence: true })
}

async function write(
  unit: UnitOfWork,
  message: Message,
  cause: Pick<EventInput<never>, 'consequence'> = {},
): Promise<Notification> {
  const notification = await unit.tx.notification.create({
    data: {
      id: newId('notification', unit.now.getTime()),
      organizationId: unit.organizationId,
      userId: message.userId,
      topic: message.topic,
      title: message.title,
      body: message.body ?? null,
      subjectId: message.subjectId ?? null,
      created: unit.now,
    },
  })
  record(unit, notificationCreated, {
    subjectId: notification.id,
    object: serializeNotification(notification),
    facets: {},
    ...cause,
  })
  return notification
}

/**
 * Marks the caller's own notifications as read; those of others are passed over.
 * @returns how many were unread before
 */
export async function markRead(unit: UnitOfWork, input: MarkReadInput): Promise<number> {
  const { count } = await unit.tx.notification.updateMany({
    where: { id: { in: input.ids }, userId: demandUser(unit.caller), readAt: null },
    data: { readAt: unit.now },
  })
  return count
}
