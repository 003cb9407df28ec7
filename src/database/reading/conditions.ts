import { type Column, describeTable, type Reference } from './columns.ts'
import { isObject } from './narrow-reading.ts'

/** A statement while it is written. */
export interface Draft {
  values: unknown[]
  /** Names given to tables so far. */
  aliases: number
  /** False once something was asked for that is not written here: the statement is not used then. */
  known: boolean
}

export function parameter(draft: Draft, value: unknown): string {
  return `$${draft.values.push(value)}`
}

export function newAlias(draft: Draft): string {
  return `t${draft.aliases++}`
}

/** Gives the statement up. */
export function unknown(draft: Draft): string {
  draft.known = false
  return 'NULL'
}

/** `alias.column`; names come from the datamodel, never from a request. */
export function at(alias: string, column: string): string {
  return `"${alias}"."${column}"`
}

/** What joins a record to the one that it leads to. */
export function joinedBy({ keys }: Reference, here: string, there: string): string {
  return keys.map((key) => `${at(there, key.there)} = ${at(here, key.here)}`).join(' AND ')
}

/**
 * A condition of Prisma's form as SQL; empty when it asks for nothing. What it means is the same,
 * nulls included, so only what means the same in both is written: comparisons of columns, records
 * that one leads to, and these combined.
 */
export function conditionOf(draft: Draft, model: string, alias: string, where: unknown): string {
  return all(partsOf(draft, model, alias, where, false))
}

function partsOf(
  draft: Draft,
  model: string,
  alias: string,
  where: unknown,
  negated: boolean,
): string[] {
  if (where === undefined) return []
  if (!isObject(where)) return [unknown(draft)]
  return Object.entries(where).flatMap(([name, value]): string[] => {
    if (value === undefined) return []
    const each = (list: unknown) =>
      [list].flat().map((one) => all(partsOf(draft, model, alias, one, negated)))
    switch (name) {
      case 'AND':
        return each(value).filter((part) => part !== '')
      case 'OR':
        return [anyOf(draft, each(value))]
      case 'NOT':
        return [not(draft, all(partsOf(draft, model, alias, value, true)))]
      default:
        return fieldParts(draft, model, alias, name, value, negated)
    }
  })
}

function fieldParts(
  draft: Draft,
  model: string,
  alias: string,
  name: string,
  value: unknown,
  negated: boolean,
): string[] {
  const { columns, references } = describeTable(model)
  const column = columns.get(name)
  if (column !== undefined) return comparisons(draft, column, at(alias, column.column), value)
  const reference = references.get(name)
  // Negated, what holds for a record that is not there differs between this and Prisma.
  if (reference === undefined || negated || !isObject(value) || 'is' in value || 'isNot' in value) {
    return [unknown(draft)]
  }
  const other = newAlias(draft)
  const parts = [
    joinedBy(reference, alias, other),
    ...partsOf(draft, reference.model, other, value, negated),
  ]
  const { table } = describeTable(reference.model)
  return [`EXISTS (SELECT 1 FROM "${table}" AS ${other} WHERE ${all(parts)})`]
}

/** Real numbers are compared with another precision than that in which they are kept. */
const COMPARABLE = (column: Column) =>
  !column.isList && !['Float', 'Json', 'Bytes', 'Decimal'].includes(column.type)

const OPERATORS: Partial<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' }

function comparisons(draft: Draft, column: Column, name: string, value: unknown): string[] {
  if (!COMPARABLE(column)) return [unknown(draft)]
  if (!isObject(value) || value instanceof Date) return [equals(draft, name, value)]
  return Object.entries(value).flatMap(([operator, operand]): string[] => {
    if (operand === undefined) return []
    const sign = OPERATORS[operator]
    if (sign !== undefined) return [`${name} ${sign} ${plain(draft, operand)}`]
    switch (operator) {
      case 'equals':
        return [equals(draft, name, operand)]
      case 'not':
        if (operand === null) return [`${name} IS NOT NULL`]
        return [`${name} <> ${plain(draft, operand)}`]
      case 'in':
        return [`${name} = ANY(${listed(draft, operand)})`]
      case 'notIn':
        return [`${name} <> ALL(${listed(draft, operand)})`]
      default:
        return [unknown(draft)]
    }
  })
}

function equals(draft: Draft, name: string, value: unknown): string {
  return value === null ? `${name} IS NULL` : `${name} = ${plain(draft, value)}`
}

function plain(draft: Draft, value: unknown): string {
  return isPlain(value) ? parameter(draft, value) : unknown(draft)
}

/** One parameter however long the list is, so that the statement stays the same. */
function listed(draft: Draft, value: unknown): string {
  return Array.isArray(value) && value.every(isPlain) ? parameter(draft, value) : unknown(draft)
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value) || value instanceof Date
}

function all(parts: readonly string[]): string {
  return parts.length > 1 ? `(${parts.join(' AND ')})` : (parts[0] ?? '')
}

function anyOf(draft: Draft, parts: readonly string[]): string {
  // What an empty choice means Prisma decides by where it stands.
  const isChoice = parts.length > 0 && !parts.includes('')
  return isChoice ? `(${parts.join(' OR ')})` : unknown(draft)
}

function not(draft: Draft, condition: string): string {
  return condition === '' ? unknown(draft) : `NOT ${condition}`
}
