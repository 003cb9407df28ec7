import { z } from 'zod'
import type { EventDefinition } from '../events/define.ts'
import { FACET_KEYS, type FacetFilter, type FacetKey } from '../events/match.ts'

/** An endpoint's filter as its row holds it: lists of ids by what they name. */
const stored = z.partialRecord(z.enum(FACET_KEYS), z.array(z.string()))

/**
 * The filter of an endpoint's row in the form that events are matched with.
 * @throws when the row holds something else: sending everything instead would leak.
 */
export function storedFilter(value: unknown): FacetFilter {
  return stored.parse(value ?? {})
}

/** Fields of a filter as clients write them, and the facet that each asks about. */
const FACET_OF = {
  locationIds: 'location',
  siteIds: 'site',
  assetIds: 'asset',
  assetTypeIds: 'assetType',
  workOrderIds: 'workOrder',
  resourceIds: 'resource',
  scheduleIds: 'schedule',
  quotationIds: 'quotation',
  subjectIds: 'subject',
} as const satisfies Record<string, FacetKey>

type FilterField = keyof typeof FACET_OF
type IdLists = Partial<Record<FilterField, readonly string[] | null | undefined>>

const FIELDS = Object.entries(FACET_OF) as [FilterField, FacetKey][]

/** The lists of ids of an input in the form that events are matched with. */
export function toFacetFilter(lists: IdLists): FacetFilter {
  const filter: FacetFilter = {}
  for (const [field, facet] of FIELDS) {
    const ids = lists[field]
    if (ids != null) filter[facet] = ids
  }
  return filter
}

/** The opposite of `toFacetFilter`: null where nothing is asked. */
export function toIdLists(filter: FacetFilter): Record<FilterField, string[] | null> {
  const lists = FIELDS.map(([field, facet]) => {
    const ids = filter[facet]
    return [field, ids === undefined ? null : [...ids]] as const
  })
  return Object.fromEntries(lists) as Record<FilterField, string[] | null>
}

/** Fields of a filter that can match events of this kind. */
export function filterFieldsOf({ facets }: Pick<EventDefinition, 'facets'>): string[] {
  return fieldsOf(['subject', ...facets])
}

/** Names of the fields that ask about these facets. */
export function fieldsOf(facets: readonly FacetKey[]): string[] {
  return FIELDS.filter(([, facet]) => facets.includes(facet)).map(([field]) => field)
}
