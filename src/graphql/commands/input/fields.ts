import type { EnumRef } from '@pothos/core'
import { z } from 'zod'
import type { SchemaTypes } from '../../builder.ts'
import { field, type InputField, inputOf } from './field.ts'

// The kinds of fields that inputs are made of. In a description {min} and {max} stand for the limits.

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>

interface TextLimits {
  /** Characters at least; 1 when left out, 0 lets it be empty. */
  min?: number
  max: number
  /** Whether blanks around it are taken off; true when left out. */
  trim?: boolean
}

export function text({ min = 1, max, trim = true }: TextLimits, description: string) {
  const any = trim ? z.string().trim() : z.string()
  const rule = any
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
  return field('String', rule, description, { min, max })
}

/** A text of a given form, as it is, blanks included. */
export function matching(pattern: RegExp, otherwise: string, description: string) {
  return field('String', z.string().regex(pattern, otherwise), description)
}

/** An id of whatever kind; the service finds the record or says that there is none. */
export function id(description: string) {
  return field('ID', z.string(), description)
}

/** An id that is kept as it is given: of a record that need not be here, or be yet. */
export function anyId(description: string) {
  return field('ID', text({ max: 100 }, '').rule, description)
}

/** An e-mail address, in small letters. */
export function email(description: string) {
  const rule = z.string().trim().toLowerCase().max(320, 'must have at most 320 characters')
  return field('String', rule.pipe(z.email('must be an e-mail address')), description)
}

export function boolean(description: string) {
  return field('Boolean', z.boolean(), description)
}

const least = (min: number | bigint) =>
  min === 0 || min === 0n ? 'must not be negative' : `must be at least ${min}`

/** A whole number. */
export function int({ min, max }: { min: number; max: number }, description: string) {
  const rule = z.int().min(min, least(min)).max(max, `must be at most ${max}`)
  return field('Int', rule, description, { min, max })
}

/** A number that need not be whole, without limits of its own. */
export function float(description: string) {
  return field('Float', z.number(), description)
}

/** An amount of money in cents, below 2^53, so that every JSON reader keeps it whole. */
export function cents(description: string) {
  const rule = z.bigint().min(0n, least(0n))
  const most = BigInt(Number.MAX_SAFE_INTEGER)
  return field('BigInt', rule.max(most, 'must be below 2^53'), description)
}

export function dateTime(description: string) {
  return field('DateTime', z.date(), description)
}

/** A type of events, or a pattern of them where a list takes patterns. */
export function eventType(description: string) {
  return field('EventType', z.string(), description)
}

/** A value of a GraphQL enum. */
export function oneOf<Value extends string | number>(
  type: EnumRef<Types, Value, Value>,
  description: string,
) {
  // GraphQL has refused every other value before this is asked.
  return field(type, z.custom<Value>(), description)
}

/** A JSON object of at most `max` entries. */
export function json({ max }: { max: number }, description: string) {
  const rule = z
    .record(z.string(), z.unknown())
    .refine((given) => Object.keys(given).length <= max, `must have at most ${max} entries`)
  return field('JSONObject', rule, description, { max })
}

interface ListLimits {
  /** Entries at least; 0 when left out. */
  min?: number
  max: number
  /** Leaves repeats out. */
  distinct?: boolean
}

/** A list of values, each under the rule of its field. */
export function listOf<Rule extends z.ZodType>(
  each: InputField<Rule>,
  { min = 0, max, distinct = false }: ListLimits,
  description: string,
): InputField<z.ZodType<z.output<Rule>[]>> {
  if (Array.isArray(each.type)) throw new Error(`"${description}": a list of lists is not foreseen`)
  const list = z
    .array(each.rule)
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} entries`)
    .max(max, `must have at most ${max} entries`)
  const rule = distinct ? list.transform((values) => [...new Set(values)]) : list
  return field([each.type], rule as z.ZodType<z.output<Rule>[]>, description, { min, max })
}

/** A list of ids. */
export function ids(limits: ListLimits, description: string) {
  return listOf(id(''), limits, description)
}

/** The input of a command that needs no more than to know which record: `{ id: string }`. */
export function onlyId(description: string) {
  return inputOf({ id: id(description) })
}
