import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Resource } from '../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../locations/events.ts'
import { parseOpenHours } from './open-hours.ts'

const minutes = (what: string) => z.int().describe(`${what}, minutes.`)

const payload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  type: z.enum(['Room', 'Desk', 'Parking', 'Equipment', 'Other']),
  locationId: z.string(),
  capacity: z.int().optional().describe('People it holds.'),
  reservableStatus: z.enum(['Reservable', 'NotReservable', 'IotOnly']),
  requiresApproval: z.boolean(),
  requiresCheckIn: z.boolean(),
  checkInOpensMinutes: minutes('Check-in opens so long before the start'),
  releaseAfterMinutes: minutes('Released so long after the start without a check-in'),
  bufferMinutes: minutes('Kept free after each booking'),
  reminderMinutes: minutes('Whoever booked is reminded so long before the start').optional(),
  minMinutes: minutes('Shortest booking').optional(),
  maxMinutes: minutes('Longest booking').optional(),
  maxAdvanceDays: z.int().optional().describe('Bookable so many days ahead.'),
  openHours: z
    .array(z.object({ day: z.string(), opens: z.string(), closes: z.string() }))
    .optional()
    .describe("Absent = always open. Wall-clock times in the place's time zone."),
  maxConcurrent: z.int().describe('Bookings that may overlap.'),
  created: z.int(),
  updated: z.int(),
})
type ResourcePayload = z.infer<typeof payload>

/** The one shape in which a resource appears in events. */
export function serializeResource(resource: Resource): ResourcePayload {
  const { shape } = payload
  return omitEmpty({
    id: resource.id,
    name: resource.name,
    description: resource.description,
    type: shape.type.parse(toPascalCase(resource.type)),
    locationId: resource.locationId,
    capacity: resource.capacity,
    reservableStatus: shape.reservableStatus.parse(toPascalCase(resource.reservableStatus)),
    requiresApproval: resource.requiresApproval,
    requiresCheckIn: resource.requiresCheckIn,
    checkInOpensMinutes: resource.checkInOpensMinutes,
    releaseAfterMinutes: resource.releaseAfterMinutes,
    bufferMinutes: resource.bufferMinutes,
    reminderMinutes: resource.reminderMinutes,
    minMinutes: resource.minMinutes,
    maxMinutes: resource.maxMinutes,
    maxAdvanceDays: resource.maxAdvanceDays,
    openHours:
      parseOpenHours(resource.openHours)?.map(({ day, opens, closes }) => ({
        day: toPascalCase(day),
        opens,
        closes,
      })) ?? null,
    maxConcurrent: resource.maxConcurrent,
    created: toUnixSeconds(resource.created),
    updated: toUnixSeconds(resource.updated),
  })
}

export function resourceFacets(
  resource: Pick<Resource, 'id'>,
  place: PlaceRef,
): FacetsOf<'location' | 'site' | 'resource'> {
  return { ...placeFacets(place), resource: [resource.id] }
}

const example: ResourcePayload = {
  id: 'res-3b8n5q1',
  name: 'Meeting room Elm',
  type: 'Room',
  locationId: 'loc-2f7k1m9',
  capacity: 8,
  reservableStatus: 'Reservable',
  requiresApproval: false,
  requiresCheckIn: true,
  checkInOpensMinutes: 15,
  releaseAfterMinutes: 15,
  bufferMinutes: 0,
  maxMinutes: 480,
  openHours: [{ day: 'Monday', opens: '08:00', closes: '18:00' }],
  maxConcurrent: 1,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const scopes = ['resources:read'] as const

export const resourceCreated = defineEvent({
  type: 'resource.created',
  description: 'Something that can be booked was added.',
  scopes,
  payload,
  example,
  facets: [...PLACE_FACETS, 'resource'],
})

export const resourceUpdated = defineEvent({
  type: 'resource.updated',
  description: 'Details or booking rules of a resource changed.',
  scopes,
  payload,
  example: { ...example, capacity: 10, updated: 1_780_000_600 },
  facets: [...PLACE_FACETS, 'resource'],
  previousExample: { capacity: null },
})

export const resourceReservableStatusChanged = defineEvent({
  type: 'resource.reservable_status.changed',
  description: 'A resource can be booked again, no longer, or by machines only.',
  scopes,
  payload,
  example: { ...example, reservableStatus: 'NotReservable', updated: 1_780_000_600 },
  facets: [...PLACE_FACETS, 'resource'],
  previousExample: { reservableStatus: 'Reservable' },
})

export const resourceDeleted = defineEvent({
  type: 'resource.deleted',
  description: 'A resource was removed.',
  scopes,
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'res-3b8n5q1', deleted: true },
  facets: [...PLACE_FACETS, 'resource'],
})
