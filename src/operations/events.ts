import { z } from 'zod'
import { defineEvent } from '../events/define.ts'
import { omitEmpty } from '../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../events/envelope.ts'
import type { Notification, Organization } from '../generated/prisma/client.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const organizationPayload = z.object({
  id: z.string(),
  name: z.string(),
  plan: z.enum(['Lite', 'Basic', 'Professional', 'Enterprise']),
  currency: z.string().describe('ISO 4217 code of all amounts.'),
  timezone: z.string().describe('IANA time zone, where a place has none.'),
  analyticsSamplePercent: z.int().describe('Share of analytics events that is kept; 0 = none.'),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})

/** The one shape in which an organization appears in events. */
export function serializeOrganization(
  organization: Organization,
): z.infer<typeof organizationPayload> {
  return {
    id: organization.id,
    name: organization.name,
    plan: organizationPayload.shape.plan.parse(toPascalCase(organization.plan)),
    currency: organization.currency,
    timezone: organization.timezone,
    analyticsSamplePercent: organization.analyticsSamplePercent,
    created: toUnixSeconds(organization.created),
    updated: toUnixSeconds(organization.updated),
  }
}

export const organizationUpdated = defineEvent({
  type: 'organization.updated',
  description: 'Settings of the organization changed.',
  scopes: ['organization:read'],
  payload: organizationPayload,
  example: {
    id: 'o-1a2b3c4d',
    name: 'North Campus Services',
    plan: 'Professional',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    analyticsSamplePercent: 0,
    created: 1_780_000_000,
    updated: 1_780_000_600,
  },
  carriesPrevious: true,
})

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
  carriesPrevious: false,
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
  carriesPrevious: false,
})
