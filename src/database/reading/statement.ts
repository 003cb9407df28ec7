import { describeTable } from './columns.ts'
import { isObject } from './narrow-reading.ts'
import { at, conditionOf, type Draft, newAlias, parameter, unknown } from './conditions.ts'
import { afterPlace, afterRow, orderOf, reversed, stepsOf } from './order.ts'
import { placeOf } from './place.ts'
import { recordOf, selectionOf } from './selection.ts'

/** One statement that reads a page, and how its rows become records. */
export interface PageStatement {
  text: string
  values: unknown[]
  /** @param rows values in the order of the columns */
  toRecords(rows: readonly (readonly unknown[])[]): Record<string, unknown>[]
}

const ARGUMENTS = new Set(['select', 'include', 'where', 'orderBy', 'cursor', 'skip', 'take'])

/**
 * The page that Prisma's `findMany` would read, as one statement that PostgreSQL plans once: the rows
 * of the page first, then what they lead to. The organization stands in it whatever is asked for.
 * @returns undefined where something is asked for that is not written here; Prisma reads it then
 */
export function pageStatement(
  model: string,
  args: Record<string, unknown>,
  organizationId: string,
): PageStatement | undefined {
  const { table, columns } = describeTable(model)
  if (!columns.has('organizationId')) return undefined
  const draft: Draft = { values: [], aliases: 0, known: true }
  const { skip = 0, take } = args
  const place = placeOf(args['cursor'])
  const cursor = place === undefined ? cursorOf(draft, args['cursor']) : undefined
  if (Object.keys(args).some((name) => !ARGUMENTS.has(name))) return undefined
  if (!isCount(skip) || (take !== undefined && !isCount(Math.abs(Number(take))))) return undefined
  const backwards = Number(take ?? 0) < 0

  const page = newAlias(draft)
  const organization = parameter(draft, organizationId)
  const asked = stepsOf(draft, model, args['orderBy'])
  const steps = backwards ? reversed(asked) : asked
  const conditions = [
    `${at(page, 'organization_id')} = ${organization}`,
    conditionOf(draft, model, page, args['where']),
    place === undefined ? '' : afterPlace(draft, page, steps, place),
    // `skip` leaves out the row of the cursor itself.
    cursor === undefined
      ? ''
      : skip === 1
        ? afterRow(draft, { table, alias: page, organization }, steps, cursor)
        : unknown(draft),
  ].filter((part) => part !== '')
  const { outputs, joins, own, shape } = selectionOf(draft, model, page, args)
  if (!draft.known) return undefined

  const order = orderOf(page, steps)
  const offset = args['cursor'] === undefined && skip > 0 ? ` OFFSET ${skip}` : ''
  const limit = take === undefined ? '' : ` LIMIT ${Math.abs(Number(take))}`
  const rows = (list: readonly string[]) =>
    `SELECT ${list.join(', ')} FROM "${table}" AS ${page} WHERE ${conditions.join(' AND ')}${order}${limit}${offset}`
  const kept = new Set([...own, ...steps.map(({ column }) => column)])
  const text =
    joins.length === 0
      ? rows(outputs)
      : `SELECT ${outputs.join(', ')} FROM (${rows([...kept].map((name) => at(page, name)))}) AS ${page} ${joins.join(' ')}${order}`
  return {
    text,
    values: draft.values,
    toRecords(found) {
      const records = found.map((row) => recordOf(shape, row))
      return backwards ? records.toReversed() : records
    },
  }
}

/** The id that a cursor holds. */
function cursorOf(draft: Draft, cursor: unknown): string | undefined {
  if (cursor === undefined) return undefined
  const { id, ...rest }: { id?: unknown } = isObject(cursor) ? cursor : {}
  if (typeof id === 'string' && Object.keys(rest).length === 0) return id
  unknown(draft)
  return undefined
}

/** A whole number that may stand in the text of a statement. */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
