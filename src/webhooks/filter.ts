import { z } from 'zod'
import { FACET_KEYS, type FacetFilter } from '../events/match.ts'

/** An endpoint's filter as its row holds it: lists of ids by what they name. */
const stored = z.partialRecord(z.enum(FACET_KEYS), z.array(z.string()))

/**
 * The filter of an endpoint's row in the form that events are matched with.
 * @throws when the row holds something else: sending everything instead would leak.
 */
export function storedFilter(value: unknown): FacetFilter {
  return stored.parse(value ?? {})
}
