import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toUnixSeconds } from '../../../events/envelope.ts'
import type { Service, ServiceGroup } from '../../../generated/prisma/client.ts'

/** A service with the resources it is offered with, ordered, so that equal sets are equal values. */
export type OfferedService = Service & { resourceIds: string[] }

const payload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  groupId: z.string().optional(),
  durationMinutes: z.int().optional(),
  priceCents: z.int().optional().describe("Hundredths of the organization's currency."),
  resourceIds: z.array(z.string()).describe('Resources it is offered with.'),
  created: z.int(),
  updated: z.int(),
})
type ServicePayload = z.infer<typeof payload>

/** The one shape in which a service appears in events. */
export function serializeService(service: OfferedService): ServicePayload {
  return omitEmpty({
    id: service.id,
    name: service.name,
    description: service.description,
    groupId: service.groupId,
    durationMinutes: service.durationMinutes,
    priceCents: service.priceCents,
    resourceIds: service.resourceIds,
    created: toUnixSeconds(service.created),
    updated: toUnixSeconds(service.updated),
  })
}

const example: ServicePayload = {
  id: 'svc-6k2w9r4',
  name: 'Coffee and cake',
  groupId: 'svg-1x7c3v5',
  priceCents: 450,
  resourceIds: ['res-3b8n5q1'],
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = {
  scopes: ['resources:read', 'services:read'],
  payload,
  facets: ['resource'],
} as const
const tombstone = z.object({ id: z.string(), deleted: z.literal(true) })

export const serviceCreated = defineEvent({
  ...shared,
  type: 'service.created',
  description: 'A service was added.',
  example,
})

export const serviceUpdated = defineEvent({
  ...shared,
  type: 'service.updated',
  description: 'Details of a service changed, or what it is offered with.',
  example: { ...example, priceCents: 500, updated: 1_780_000_600 },
  previousExample: { priceCents: null },
})

export const serviceDeleted = defineEvent({
  ...shared,
  type: 'service.deleted',
  description: 'A service was removed.',
  payload: tombstone,
  example: { id: 'svc-6k2w9r4', deleted: true },
})

const groupPayload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  created: z.int(),
  updated: z.int(),
})
type ServiceGroupPayload = z.infer<typeof groupPayload>

/** The one shape in which a service group appears in events. */
export function serializeServiceGroup(group: ServiceGroup): ServiceGroupPayload {
  return omitEmpty({
    id: group.id,
    name: group.name,
    description: group.description,
    created: toUnixSeconds(group.created),
    updated: toUnixSeconds(group.updated),
  })
}

const groupExample: ServiceGroupPayload = {
  id: 'svg-1x7c3v5',
  name: 'Catering',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const sharedByGroups = {
  scopes: ['service-groups:read'],
  payload: groupPayload,
  facets: [],
} as const

export const serviceGroupCreated = defineEvent({
  ...sharedByGroups,
  type: 'service_group.created',
  description: 'A group of services was added.',
  example: groupExample,
})

export const serviceGroupUpdated = defineEvent({
  ...sharedByGroups,
  type: 'service_group.updated',
  description: 'Details of a group of services changed.',
  example: { ...groupExample, name: 'Food and drink', updated: 1_780_000_600 },
  previousExample: { description: null },
})

export const serviceGroupDeleted = defineEvent({
  ...sharedByGroups,
  type: 'service_group.deleted',
  description: 'A group of services was removed.',
  payload: tombstone,
  example: { id: 'svg-1x7c3v5', deleted: true },
})
