import { hash } from 'node:crypto'
import { type Column, describeTable } from '../../database/reading/columns.ts'
import { type Place, valuesOf } from '../../database/reading/place.ts'
import { AccessError } from '../../errors.ts'

/** What a cursor belongs to: it means nothing in another list, another order or another organization. */
export interface CursorScope {
  /** Field that the list is asked for with: "Query.workOrders". */
  list: string
  model: string
  /** In Prisma's form, total: it ends with the id. */
  orderBy: readonly Readonly<Record<string, 'asc' | 'desc'>>[]
  organizationId: string
}

/** What the object layer writes before the text of a cursor. */
const PREFIX = 'GPC:S:'
/** Cursors of this form begin so, ids never. */
const OPENING = '['

/**
 * The cursor of a record: what it is sorted by, and a tag by which a cursor is known that was not made
 * for this list. Old cursors hold an id alone and are still read.
 */
export function writeCursor(scope: CursorScope, record: Readonly<Record<string, unknown>>): string {
  const values = fieldsOf(scope).map((field) => {
    const value = record[field]
    if (value === undefined) throw new Error(`${scope.model}.${field} was not read for its cursor`)
    return plain(value)
  })
  const text = JSON.stringify([tagOf(scope, values), ...values])
  return Buffer.from(`${PREFIX}${text}`).toString('base64')
}

/**
 * From where a page goes on, as a part of what is asked of the database; nothing where it begins at an
 * end, or at an old cursor, which the object layer reads by itself: it names a row.
 * @throws AccessError BAD_USER_INPUT for a cursor that was not made for this list
 */
export function placeIn(
  scope: CursorScope,
  args: Readonly<Record<string, unknown>>,
): { cursor?: { at: Place } } {
  const cursor = args['after'] ?? args['before']
  if (typeof cursor !== 'string') return {}
  const text = Buffer.from(cursor, 'base64').toString()
  if (!text.startsWith(PREFIX)) throw notOfThisList(scope)
  const found = text.slice(PREFIX.length)
  return found.startsWith(OPENING) ? { cursor: { at: readPlace(scope, found) } } : {}
}

function readPlace(scope: CursorScope, text: string): Place {
  const [tag, ...values] = parse(text)
  const fields = fieldsOf(scope)
  if (values.length !== fields.length || tag !== tagOf(scope, values)) throw notOfThisList(scope)
  const { columns } = describeTable(scope.model)
  return Object.fromEntries(
    fields.map((field, index) => {
      const column = columns.get(field)
      const value = column === undefined ? undefined : valueOf(column, values[index])
      if (value === undefined) throw notOfThisList(scope)
      return [field, value]
    }),
  )
}

function notOfThisList({ list }: CursorScope): AccessError {
  return new AccessError(
    'BAD_USER_INPUT',
    `The cursor was not made by ${list} in this order: start from the first page`,
  )
}

function parse(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

function fieldsOf({ orderBy }: CursorScope): string[] {
  return orderBy.flatMap((step) => Object.keys(step))
}

/** Not a secret: a cursor says where to go on in what its caller sees anyway, and nothing else. */
function tagOf(scope: CursorScope, values: readonly unknown[]): string {
  const { list, orderBy, organizationId } = scope
  const text = JSON.stringify([list, orderBy, organizationId, values])
  return hash('sha256', text, 'base64url').slice(0, 11)
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'bigint' ? String(value) : value
}

/** The value of a column; undefined for what cannot be one. */
function valueOf({ type, isRequired }: Column, value: unknown): unknown {
  if (value === null) return isRequired ? undefined : null
  switch (type) {
    case 'String':
      return typeof value === 'string' ? value : undefined
    case 'DateTime':
      return Number.isSafeInteger(value) ? new Date(Number(value)) : undefined
    case 'Int':
      return Number.isSafeInteger(value) ? value : undefined
    case 'BigInt':
      return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined
    default:
      return valuesOf(type)?.find((one) => one === value)
  }
}
