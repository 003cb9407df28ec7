import { type Caller, isLimitedToOwn } from '../../access/caller.ts'
import { inheritRestrictions } from '../../database/reading/narrow-reading.ts'
import type { Prisma } from '../../generated/prisma/client.ts'
import type { Resource } from '../../access/permissions.ts'

type Person = Extract<Caller, { kind: 'user' }>

interface Rule {
  resource: Resource
  own: (caller: Person) => object
}

const rules = new Map<Prisma.ModelName, Rule>()

/**
 * Says which records of a model are a person's own. It holds for everybody whose role reads only
 * "own" of the resource (permissions.ts), wherever the model is read: lists, counts, single records,
 * below other records, and for whatever is a part of such a record.
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
  return restrictions.size === 0 ? undefined : inheritRestrictions(restrictions)
}

/** Condition that a record of a model meets when the caller may see it; for what is read in commands. */
export function visibleTo(caller: Caller, model: Prisma.ModelName): object {
  return restrictionsFor(caller)?.get(model) ?? {}
}

/** A condition that no record meets. */
export const NOTHING = { id: { in: [] as string[] } }

/** Models with a rule of their own, and the resource whose reach it goes by. */
export function restrictedModels(): ReadonlyMap<string, Resource> {
  return new Map([...rules].map(([model, { resource }]) => [model, resource]))
}
