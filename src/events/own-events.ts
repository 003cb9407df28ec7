import { type Caller, may, mayReadAll, type Permission } from '../access/caller.ts'
import { type Resource, RESOURCES } from '../access/permissions.ts'
import { scopesOf } from './define.ts'
import { compileSelection, type FacetFilter, type Selectable } from './match.ts'

type Person = Extract<Caller, { kind: 'user' }>

/** All events, none, or those with facets that make them a person's own. */
type Reach = 'all' | 'none' | FacetFilter
type OwnEvents = (caller: Person) => Reach

const rules = new Map<Resource, OwnEvents>()

/**
 * Says which events of a resource a person sees whose role reads it (permissions.ts): by what the
 * event said when it was recorded. Stands beside the rule for its records and must say the same.
 */
export function restrictEvents(resource: Resource, own: OwnEvents): void {
  rules.set(resource, own)
}

/**
 * Which events a caller may see: those whose scopes they all hold; of records of which they see their
 * own only, those that are theirs. The first scope of a type is that of the record which its events are
 * about. Compiled once per caller, asked for every event.
 */
export function compileVisibility(caller: Caller): (event: Selectable) => boolean {
  const byType = new Map<string, (event: Selectable) => boolean>()
  return (event) => {
    const known = byType.get(event.type) ?? compileType(caller, event.type)
    byType.set(event.type, known)
    return known(event)
  }
}

function compileType(caller: Caller, type: string): (event: Selectable) => boolean {
  const reaches = scopesOf(type).map((scope) => reachOfScope(caller, scope))
  const [record] = reaches
  // Who sees their own records sees what happens to them, whatever else the events mention.
  if (typeof record === 'object') return compileSelection({ filter: record })
  if (reaches.includes('none')) return () => false
  const own = reaches.filter((reach) => typeof reach === 'object')
  if (own.length === 0) return () => true
  const conditions = own.map((filter) => compileSelection({ filter }))
  return (event) => conditions.every((isOwn) => isOwn(event))
}

function reachOfScope(caller: Caller, scope: Permission): Reach {
  if (!may(caller, scope)) return 'none'
  if (caller.kind !== 'user') return 'all'
  const resource = RESOURCES.find((each) => scope.startsWith(`${each}:`))
  const rule = resource === undefined ? undefined : rules.get(resource)
  // Without a rule nothing tells which events are a person's own.
  return rule?.(caller) ?? (mayReadAll(caller, scope) ? 'all' : 'none')
}
