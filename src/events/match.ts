/** What filters of clients may ask about, beside the record itself. */
const FILTER_FACETS = [
  'location',
  'site',
  'asset',
  'assetType',
  'workOrder',
  'resource',
  'schedule',
  'quotation',
] as const
export type FilterFacet = (typeof FILTER_FACETS)[number]

/** The people and companies that an event belongs to, for those who see only what is their own. */
const AUDIENCE_FACETS = ['reporter', 'company', 'party'] as const
type AudienceFacet = (typeof AUDIENCE_FACETS)[number]

export const FACET_KEYS = ['subject', ...FILTER_FACETS, ...AUDIENCE_FACETS] as const
export type FacetKey = (typeof FACET_KEYS)[number]

/** What an event is about, as lists of ids per kind, taken when it happened. */
export type Facets = Partial<Record<FacetKey, readonly string[]>>

/** The same of an event that can be found by `F`: another key does not compile. */
export type FacetsOf<F extends FilterFacet> = Partial<
  Record<F | AudienceFacet, readonly string[]>
> & { [Absent in Exclude<FilterFacet, F>]?: never }

/** AND across keys, OR inside a list; a key that the event lacks does not match. */
export type FacetFilter = Partial<Record<FacetKey, readonly string[]>>

/** At most this many ids per list of a filter. */
export const MAX_FILTER_IDS = 50

export interface Selection {
  /** Exact names, `<prefix>.*` or `*`; empty or absent = all. */
  types?: readonly string[] | undefined
  filter?: FacetFilter | undefined
  /** For `*.updated`: at least one of these changed. Empty or absent = any change. */
  changedFields?: readonly string[] | undefined
}

export interface Selectable {
  type: string
  subjectId: string
  facets: Facets
  changedFields: readonly string[]
}

/** Compiles a selection once; the result is called for every event. */
export function compileSelection(selection: Selection): (event: Selectable) => boolean {
  const matchesType = compileTypes(selection.types ?? [])
  const facets = Object.entries(selection.filter ?? {}) as [FacetKey, readonly string[]][]
  const wanted = facets.map(([key, ids]) => [key, new Set(ids)] as const)
  const changed = new Set(selection.changedFields)
  return (event) =>
    matchesType(event.type) &&
    wanted.every(([key, ids]) => idsOf(event, key).some((id) => ids.has(id))) &&
    (changed.size === 0 ||
      !event.type.endsWith('.updated') ||
      event.changedFields.some((field) => changed.has(field)))
}

function idsOf(event: Selectable, key: FacetKey): readonly string[] {
  return key === 'subject' ? [event.subjectId] : (event.facets[key] ?? [])
}

function compileTypes(patterns: readonly string[]): (type: string) => boolean {
  if (patterns.length === 0 || patterns.includes('*')) return () => true
  const exact = new Set(patterns)
  const prefixes = patterns.filter((p) => p.endsWith('.*')).map((p) => p.slice(0, -1))
  return (type) => exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix))
}

/** Whether a pattern names at least one of the given types. */
export function namesSomething(pattern: string, types: readonly string[]): boolean {
  if (pattern === '*') return true
  return types.some(compileTypes([pattern]))
}
