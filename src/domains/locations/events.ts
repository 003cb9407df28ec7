import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Location } from '../../generated/prisma/client.ts'

const payload = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['Location', 'SubLocation', 'Zone']),
  parentId: z.string().optional(),
  siteId: z.string().describe('Root ancestor; its own id for a site.'),
  address: z.string().optional(),
  timezone: z.string().optional(),
  created: z.int(),
  updated: z.int(),
})
type LocationPayload = z.infer<typeof payload>

const example: LocationPayload = {
  id: 'loc-2f7k1m9',
  name: 'Level 3',
  kind: 'SubLocation',
  parentId: 'loc-0c4d8s2',
  siteId: 'loc-0c4d8s2',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const KIND_NAMES = payload.shape.kind

/** The one shape in which a location appears in events. */
export function serializeLocation(location: Location): LocationPayload {
  return omitEmpty({
    id: location.id,
    name: location.name,
    kind: KIND_NAMES.parse(toPascalCase(location.kind)),
    parentId: location.parentId,
    siteId: location.siteId,
    address: location.address,
    timezone: location.timezone,
    created: toUnixSeconds(location.created),
    updated: toUnixSeconds(location.updated),
  })
}

/** A place with the ids above it: all that a filter by place needs. */
export type PlaceRef = Pick<Location, 'id' | 'parentId' | 'siteId'>

export const PLACE_FACETS = ['location', 'site'] as const
type PlaceFacet = (typeof PLACE_FACETS)[number]

/** Facets of whatever is at a place: a filter by place also finds what is anywhere below it. */
export function placeFacets(place: PlaceRef): FacetsOf<PlaceFacet> {
  const above = place.parentId === null ? [] : [place.parentId]
  return { location: [...new Set([place.id, ...above, place.siteId])], site: [place.siteId] }
}

const shared = { scopes: ['locations:read'], payload, example, facets: PLACE_FACETS } as const

export const locationCreated = defineEvent({
  ...shared,
  type: 'location.created',
  description: 'A place was added.',
})

export const locationUpdated = defineEvent({
  ...shared,
  type: 'location.updated',
  description: 'Details of a place changed.',
  previousExample: { name: 'Annexe' },
})

export const locationDeleted = defineEvent({
  type: 'location.deleted',
  description: 'A place was removed.',
  scopes: ['locations:read'],
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'loc-2f7k1m9', deleted: true },
  facets: PLACE_FACETS,
})
