import { describeTable } from '../../database/reading/columns.ts'
import { isObject } from '../../database/reading/narrow-reading.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import type { Comparator, Condition } from './comparators.ts'

/** They nest, and each becomes a part of the statement with parameters of its own. */
const MAX_PARTS = 20
const PARTS = { maxItems: MAX_PARTS, itemPoints: 50 }

export type Comparators = Readonly<Record<string, Comparator>>

/** What a client has asked for: filters by name, and `and`, `or`, `not` of the same. */
export type Where = Readonly<Record<string, unknown>>

/**
 * The input `where` of a list.
 * @param what the records are called, for people: "work orders"
 */
export function whereInput(name: string, what: string, comparators: Comparators): object {
  const ref = builder.inputRef<object>(name)
  ref.implement({
    description: `Which ${what}; all given conditions must hold.`,
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(comparators).map(([field, { type, description }]) => [
          field,
          t.field({ type: type as never, description }),
        ]),
      ),
      and: t.field({
        type: [ref],
        description: `All of these, at most ${MAX_PARTS}, must hold too.`,
        extensions: PARTS,
      }),
      or: t.field({
        type: [ref],
        description: `At least one of these, at most ${MAX_PARTS}, must hold too.`,
        extensions: PARTS,
      }),
      not: t.field({ type: ref, description: 'This must not hold.' }),
    }),
  })
  return ref
}

interface Filtered {
  model: string
  comparators: Comparators
}

/** What was asked for as a condition in Prisma's form. */
export async function conditionOf(
  { model, comparators }: Filtered,
  where: Where,
  context: Context,
): Promise<object> {
  const parts = await Promise.all(
    Object.entries(where).map(async ([name, value]): Promise<Condition> => {
      if (value === null || value === undefined) return undefined
      if (name === 'and') return { AND: await each(value) }
      if (name === 'or') return { OR: await each(value) }
      if (name === 'not') return { NOT: opposable(model, await one(value)) }
      return comparators[name]?.condition(value, { context, model, name })
    }),
  )
  const conditions = parts.filter((part) => part !== undefined && Object.keys(part).length > 0)
  return conditions.length === 1 ? (conditions[0] ?? {}) : all(conditions)

  function one(value: unknown): Promise<object> {
    return conditionOf({ model, comparators }, isObject(value) ? value : {}, context)
  }

  function each(value: unknown): Promise<object[]> {
    return Promise.all([value].flat().map(one))
  }
}

function all(conditions: readonly Condition[]): object {
  return conditions.length === 0 ? {} : { AND: conditions }
}

/** What is empty asks for nothing, negated as well. */
function opposable(model: string, condition: object): object {
  return Object.keys(condition).length === 0 ? condition : twoValued(model, condition)
}

/**
 * The same condition, which of every record holds or does not: in SQL a comparison with an empty
 * column is neither, and its opposite would forget the record.
 */
function twoValued(model: string, condition: unknown): object {
  if (!isObject(condition)) return {}
  const { columns } = describeTable(model)
  return {
    AND: Object.entries(condition).map(([name, value]) => {
      if (name === 'AND' || name === 'OR') {
        return { [name]: [value].flat().map((part) => twoValued(model, part)) }
      }
      if (name === 'NOT') return { NOT: twoValued(model, value) }
      const column = columns.get(name)
      const isSure =
        column === undefined || column.isRequired || column.isList || asksForNull(value)
      return isSure ? { [name]: value } : { AND: [{ [name]: { not: null } }, { [name]: value }] }
    }),
  }
}

/** Whether nothing but emptiness is asked for. */
function asksForNull(value: unknown): boolean {
  if (value === null) return true
  return (
    isObject(value) &&
    !(value instanceof Date) &&
    Object.values(value).every((operand) => operand === null)
  )
}
