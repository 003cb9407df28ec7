import * as enums from '../../generated/prisma/enums.ts'
import { describeTable } from './columns.ts'
import { isObject } from './narrow-reading.ts'

/**
 * A place in an ordered list: what the row that stood there was sorted by, by field. It needs no row:
 * whoever goes on from it goes on even when that row has been deleted or has changed.
 */
export type Place = Readonly<Record<string, unknown>>

/** The place that a cursor of a call names; undefined for one that names a row. */
export function placeOf(cursor: unknown): Place | undefined {
  if (!isObject(cursor) || !isObject(cursor['at'])) return undefined
  return cursor['at']
}

interface Step {
  field: string
  descending: boolean
}

/**
 * The condition, in Prisma's form, that a record comes after a place in an order; before it where a
 * page is read backwards. Nulls come last going up and first going down, as PostgreSQL has it.
 */
export function beyondPlace(
  model: string,
  orderBy: unknown,
  place: Place,
  backwards: boolean,
): object {
  const steps = [orderBy ?? []].flat().flatMap((step: unknown): Step[] =>
    isObject(step)
      ? Object.entries(step).map(([field, direction]) => ({
          field,
          descending: (direction === 'desc') !== backwards,
        }))
      : [],
  )
  const cases = steps.map((step, index) => ({
    AND: [
      ...steps.slice(0, index).map(({ field }) => ({ [field]: place[field] ?? null })),
      beyondStep(model, step, place[step.field] ?? null),
    ],
  }))
  return { OR: cases }
}

const NONE = { id: { in: [] } }

function beyondStep(model: string, { field, descending }: Step, value: unknown): object {
  const column = describeTable(model).columns.get(field)
  if (column === undefined) throw new Error(`${model} has no ${field} to go on from`)
  if (value === null) return descending ? { [field]: { not: null } } : NONE
  const beyond = { [field]: comparison(column.type, value, descending) }
  return column.isRequired || descending ? beyond : { OR: [beyond, { [field]: null }] }
}

/** Enums are in the order of their declaration, and Prisma compares them for equality only. */
function comparison(type: string, value: unknown, descending: boolean): object {
  const values = valuesOf(type)
  if (values === undefined) return descending ? { lt: value } : { gt: value }
  const at = values.indexOf(String(value))
  return { in: descending ? values.slice(0, at) : values.slice(at + 1) }
}

/** The values of an enum in their order; undefined for any other type. */
export function valuesOf(type: string): readonly string[] | undefined {
  const declared: unknown = Reflect.get(enums, type)
  return isObject(declared) ? Object.values(declared).map(String) : undefined
}
