import { type Column, describeTable } from './columns.ts'
import { isObject } from './narrow-reading.ts'
import type { Place } from './place.ts'
import { at, type Draft, parameter, unknown } from './conditions.ts'

/** One step of an ordering. */
export interface Step {
  field: string
  column: string
  isRequired: boolean
  descending: boolean
}

/** The steps of an ordering in Prisma's form. */
export function stepsOf(draft: Draft, model: string, orderBy: unknown): Step[] {
  const { columns } = describeTable(model)
  return [orderBy ?? []].flat().flatMap((step: unknown): Step[] => {
    const entries = isObject(step) ? Object.entries(step) : []
    const [name, direction] = entries[0] ?? ['', undefined]
    const found = columns.get(name)
    const isKnown = entries.length === 1 && (direction === 'asc' || direction === 'desc')
    if (!isKnown || found === undefined || !isOrdered(found)) {
      unknown(draft)
      return []
    }
    const { column, isRequired } = found
    return [{ field: name, column, isRequired, descending: direction === 'desc' }]
  })
}

function isOrdered({ isList, type }: Column): boolean {
  return !isList && type !== 'Json'
}

/** The same from the other end: where nulls stand follows from the direction. */
export function reversed(steps: readonly Step[]): Step[] {
  return steps.map((step) => ({ ...step, descending: !step.descending }))
}

export function orderOf(alias: string, steps: readonly Step[]): string {
  if (steps.length === 0) return ''
  const terms = steps.map(
    ({ column, descending }) => `${at(alias, column)} ${descending ? 'DESC' : 'ASC'}`,
  )
  return ` ORDER BY ${terms.join(', ')}`
}

/**
 * The condition that a row comes after the one with an id. The id must be among the steps: rows are
 * in no order otherwise. Nothing comes after a row that is not there, or is another organization's.
 * @param organization parameter that holds the organization
 */
export function afterRow(
  draft: Draft,
  { table, alias, organization }: { table: string; alias: string; organization: string },
  steps: readonly Step[],
  id: string,
): string {
  const key = parameter(draft, id)
  const held = (column: string) =>
    `(SELECT c."${column}" FROM "${table}" AS c WHERE c."organization_id" = ${organization} AND c."id" = ${key})`
  const after = afterValues(draft, alias, steps, held)
  return after.isRow ? after.text : `(${held('id')} IS NOT NULL AND ${after.text})`
}

/** The condition that a row comes after a place: the values stand in the statement, no row is needed. */
export function afterPlace(
  draft: Draft,
  alias: string,
  steps: readonly Step[],
  place: Place,
): string {
  const written = new Map<string, string>()
  const held = (column: string) => {
    const before = written.get(column)
    if (before !== undefined) return before
    const field = steps.find((step) => step.column === column)?.field ?? ''
    const value = place[field] ?? null
    const text = value === null ? 'NULL' : parameter(draft, value)
    written.set(column, text)
    return text
  }
  return afterValues(draft, alias, steps, held).text
}

type Held = (column: string) => string

/** `isRow`: compared as one row, which holds for nothing when there is none to compare with. */
function afterValues(
  draft: Draft,
  alias: string,
  steps: readonly Step[],
  held: Held,
): { text: string; isRow: boolean } {
  if (!steps.some(({ column }) => column === 'id')) {
    return { text: unknown(draft), isRow: true }
  }
  const upToId = steps.slice(0, steps.findIndex(({ column }) => column === 'id') + 1)
  const [first] = upToId
  if (upToId.every((s) => s.isRequired && s.descending === first?.descending)) {
    // Of this form PostgreSQL reads the index from that row on, rather than from the beginning.
    const here = upToId.map(({ column }) => at(alias, column)).join(', ')
    const there = upToId.map(({ column }) => held(column)).join(', ')
    return { text: `(${here}) ${first?.descending === true ? '<' : '>'} (${there})`, isRow: true }
  }
  const cases = upToId.map((step, index) =>
    [
      ...upToId.slice(0, index).map((earlier) => isSame(alias, earlier, held)),
      isBeyond(alias, step, held),
    ].join(' AND '),
  )
  return { text: `((${cases.join(') OR (')}))`, isRow: false }
}

function isSame(alias: string, { column, isRequired }: Step, held: Held): string {
  const there = held(column)
  if (there === 'NULL') return `${at(alias, column)} IS NULL`
  const sign = isRequired || isValue(there) ? '=' : 'IS NOT DISTINCT FROM'
  return `${at(alias, column)} ${sign} ${there}`
}

/** Nulls come last going up and first going down, as PostgreSQL has it. */
function isBeyond(alias: string, { column, isRequired, descending }: Step, held: Held): string {
  const here = at(alias, column)
  const there = held(column)
  if (there === 'NULL') return descending ? `${here} IS NOT NULL` : 'FALSE'
  const beyond = `${here} ${descending ? '<' : '>'} ${there}`
  if (isRequired) return beyond
  if (isValue(there)) return descending ? beyond : `(${beyond} OR ${here} IS NULL)`
  return descending
    ? `(${beyond} OR (${here} IS NOT NULL AND ${there} IS NULL))`
    : `(${beyond} OR (${here} IS NULL AND ${there} IS NOT NULL))`
}

/** A parameter, which is never null: nulls are written out. */
function isValue(there: string): boolean {
  return there.startsWith('$')
}
