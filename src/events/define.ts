import { z } from 'zod'
import type { Permission } from '../access/caller.ts'
import type { FilterFacet } from './match.ts'
import { memo } from '../database/memo.ts'

/**
 * One kind of event: everything that is said about it anywhere (type, documentation, JSON Schema,
 * example, who may see it) comes from this one value.
 */
export interface EventDefinition<T = unknown, F extends FilterFacet = FilterFacet> {
  /** Dotted, past tense; existing names never change their meaning. */
  type: string
  description: string
  /**
   * All of these are needed to see it live; a duty among them keeps API keys out. The first is that of
   * the record which it is about.
   */
  scopes: readonly Permission[]
  /** Shape of `data.object`. Additive only. */
  payload: z.ZodType<T>
  /** What `data.object` may look like. */
  example: NoInfer<T>
  /**
   * What the changed fields may have been before, null where there was nothing. An event that tells of
   * a change to an existing record has it, and carries `previousAttributes`; any other has not.
   */
  previousExample?: NoInfer<Previous<T>>
  /**
   * What it can be found by, beside the record that it is about. One that an event lacks (a work order
   * without an asset) is absent from it, and a filter by it does not match.
   */
  facets: readonly F[]
  /** Sent to one hook that is asked, and answered; never part of the log, so nobody subscribes to it. */
  isQuestion?: boolean
}

type Previous<T> = { readonly [K in keyof T]?: T[K] | null }

const definitions = new Map<string, EventDefinition>()

/** @throws when the type is taken: two slices must not speak with one name. */
export function defineEvent<T, F extends FilterFacet>(
  definition: EventDefinition<T, F>,
): EventDefinition<T, F> {
  if (definitions.has(definition.type)) throw new Error(`Event ${definition.type} is defined twice`)
  definitions.set(definition.type, definition)
  return definition
}

/** Every defined event, ordered by type. Complete once all slices are loaded. */
export function listEvents(): EventDefinition[] {
  return [...definitions.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1))
}

/** Scopes needed to see an event of this type; an unknown type (a retired one) needs none. */
export function scopesOf(type: string): readonly Permission[] {
  return definitions.get(type)?.scopes ?? []
}

/** Whether events of this kind have `previousAttributes`. */
export function carriesPrevious(definition: Pick<EventDefinition, 'previousExample'>): boolean {
  return definition.previousExample !== undefined
}

/** JSON Schema (draft 2020-12) of the whole envelope of an event type; made once. */
export const jsonSchemaOf: (definition: EventDefinition) => Record<string, unknown> =
  memo(makeJsonSchema)

function makeJsonSchema(definition: EventDefinition): Record<string, unknown> {
  const envelope = z.object({
    id: z.string().describe('Unique id of the event; deduplicate on it.'),
    type: z.literal(definition.type),
    organizationId: z.string(),
    created: z.int().describe('When it happened, Unix seconds.'),
    data: z.object({
      object: definition.payload,
      ...(carriesPrevious(definition)
        ? {
            previousAttributes: z
              .record(z.string(), z.unknown())
              .describe('The changed fields with their previous values.'),
          }
        : {}),
    }),
    livemode: z.boolean(),
  })
  return z.toJSONSchema(envelope, { io: 'input' })
}
