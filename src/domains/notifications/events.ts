import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toUnixSeconds } from '../../events/envelope.ts'
import type { Notification } from '../../generated/prisma/client.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const notificationPayload = z.object({
  id: z.string(),
  userId: z.string().describe('Who is notified.'),
  topic: z.string().describe('What it is about, dotted.'),
  title: z.string(),
  body: z.string().optional(),
  subjectId: z.string().optional().describe('Record that it is about.'),
  created: seconds('Creation'),
})

/** The one shape in which a notification appears in events. */
export function serializeNotification(
  notification: Notification,
): z.infer<typeof notificationPayload> {
  return omitEmpty({
    id: notification.id,
    userId: notification.userId,
    topic: notification.topic,
    title: notification.title,
    body: notification.body,
    subjectId: notification.subjectId,
    created: toUnixSeconds(notification.created),
  })
}

export const notificationCreated = defineEvent({
  type: 'notification.created',
  description: 'A user was notified of something.',
  scopes: ['notifications:read'],
  payload: notificationPayload,
  example: {
    id: 'ntf-4j7p2m6',
    userId: 'usr-9d3x5z7',
    topic: 'visitor.arrived',
    title: 'Your visitor has arrived',
    subjectId: 'vis-5m2w8k4',
    created: 1_780_050_120,
  },
  facets: [],
})

export const analyticsEventCreated = defineEvent({
  type: 'analytics.event.created',
  description: 'Something was done in an application, as it reported. Sampled; off by default.',
  scopes: ['analytics:read'],
  payload: z.object({
    id: z.string(),
    name: z.string().describe('What was done, dotted.'),
    properties: z.record(z.string(), z.unknown()),
    at: seconds('When it was done'),
  }),
  example: {
    id: 'ana-0z9y8x7',
    name: 'dashboard.opened',
    properties: { view: 'floor' },
    at: 1_780_000_000,
  },
  facets: [],
})
