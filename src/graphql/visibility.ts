import { type Caller, isLimitedToOwn } from '../caller.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Resource } from '../permissions.ts'

type Person = Extract<Caller, { kind: 'user' }>

interface Rule {
  resource: Resource
  own: (caller: Person) => object
}

const rules = new Map<Prisma.ModelName, Rule>()

/**
 * Says which records of a model are a person's own. It holds for everybody whose role reads only
 * "own" of the resource (permissions.ts), wherever the model is read: lists, counts, single records,
 * and lists below other records. A record reached the other way, from the many to the one, is for
 * the slice to guard.
 * @param own condition in Prisma's form
 */
export function restrictReading(
  model: Prisma.ModelName,
  resource: Resource,
  own: (caller: Person) => object,
): void {
  rules.set(model, { resource, own })
}

/** Conditions per model for a caller who may not read everything; undefined for all others. */
export function restrictionsFor(caller: Caller): ReadonlyMap<string, object> | undefined {
  if (caller.kind !== 'user') return undefined
  const restrictions = new Map<string, object>()
  for (const [model, { resource, own }] of rules) {
    if (isLimitedToOwn(caller, resource, 'read')) restrictions.set(model, own(caller))
  }
  return restrictions.size === 0 ? undefined : restrictions
}

/** Resources of which some kind of record has a rule. */
export function restrictedResources(): ReadonlySet<Resource> {
  return new Set([...rules.values()].map((rule) => rule.resource))
}
