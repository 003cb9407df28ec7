import { builder } from '../builder.ts'
import { SortDirection } from '../reading/paging.ts'
import type { CursorScope } from './cursor.ts'

/** Names of an ordering: the column of each, and what it is for people. */
export type OrderFields<Column extends string> = Readonly<
  Record<string, readonly [column: Column, description: string]>
>

export type Steps = CursorScope['orderBy']

interface StepInput {
  field: string
  direction?: 'asc' | 'desc' | null
}

/** Type of the argument `orderBy`, and the steps that its value asks for. */
export interface Order {
  type: object
  description: string
  stepsOf(asked: unknown): Steps
}

/**
 * An ordering by several fields, each its own way.
 * @param what the records are called, for people: "work orders"
 */
export function orderInput(name: string, what: string, fields: OrderFields<string>): Order {
  const FieldEnum = builder.enumType(`${name}OrderField`, {
    description: `What to order ${what} by.`,
    values: valuesOf(fields),
  })
  const input = builder.inputType(`${name}Order`, {
    description: 'One step of an ordering.',
    fields: (t) => ({
      field: t.field({ type: FieldEnum, required: true, description: 'By what.' }),
      direction: t.field({
        type: SortDirection,
        description: 'Which way; ascending when left out.',
      }),
    }),
  })
  return {
    type: [input],
    description: 'In which order; ties are broken by id.',
    stepsOf: (asked) =>
      ((asked ?? []) as readonly StepInput[]).map(({ field, direction }) => ({
        [field]: direction ?? 'asc',
      })),
  }
}

/** An ordering by one field, ascending. */
export function plainOrder(name: string, what: string, fields: OrderFields<string>): Order {
  const type = builder.enumType(`${name}Order`, {
    description: `Order of ${what}; ties are broken by id.`,
    values: valuesOf(fields),
  })
  return {
    type,
    description: 'In which order; by name when left out.',
    stepsOf: (asked) => (typeof asked === 'string' ? [{ [asked]: 'asc' }] : []),
  }
}

function valuesOf(fields: OrderFields<string>) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, [value, description]]) => [name, { value, description }]),
  )
}

/**
 * A total order: what was asked for, or else what the list has by itself, and the id last, in the
 * direction of the step before it: an index that ends with the id is read from either end.
 */
export function totalOrder(asked: Steps, otherwise: Steps): Steps {
  const total: Record<string, 'asc' | 'desc'>[] = []
  const seen = new Set<string>()
  for (const step of asked.length > 0 ? asked : otherwise) {
    for (const [field, direction] of Object.entries(step)) {
      // Rows that a field leaves tied are tied in it for good.
      if (!seen.has(field)) total.push({ [field]: direction })
      seen.add(field)
    }
  }
  if (!seen.has('id')) total.push({ id: Object.values(total.at(-1) ?? {})[0] ?? 'asc' })
  return total
}
