import { type Column, describeTable, type Reference } from './columns.ts'
import { isObject } from './narrow-reading.ts'
import { at, type Draft, joinedBy, newAlias, unknown } from './conditions.ts'

/** What a page shows of a record: which value of a row goes where. */
interface Shape {
  fields: { name: string; index: number; convert: ((value: unknown) => unknown) | undefined }[]
  /** Records that it leads to; there is none where the id is null. */
  relations: { name: string; id: number; shape: Shape }[]
}

/** Everything that is read, in the order of a row. */
export interface Selection {
  outputs: string[]
  joins: string[]
  /** Columns of the table itself that outputs and joins use. */
  own: Set<string>
  shape: Shape
}

/** What Prisma's `select` and `include` ask for, when it is columns and records that one leads to. */
export function selectionOf(
  draft: Draft,
  model: string,
  alias: string,
  args: Record<string, unknown>,
): Selection {
  const selection: Selection = {
    outputs: [],
    joins: [],
    own: new Set(),
    shape: { fields: [], relations: [] },
  }
  select(draft, selection, { model, alias, args, shape: selection.shape, isRoot: true })
  return selection
}

interface Place {
  model: string
  alias: string
  args: Record<string, unknown>
  shape: Shape
  isRoot: boolean
}

function select(draft: Draft, into: Selection, place: Place): void {
  const { model, args, shape } = place
  const { columns, references } = describeTable(model)
  const { select: chosen, include, ...rest } = args
  const extra = place.isRoot ? [] : Object.values(rest).filter((value) => value !== undefined)
  if (extra.length > 0 || (chosen !== undefined && include !== undefined)) unknown(draft)
  // Without a choice of columns, all of them.
  if (chosen === undefined) for (const column of columns.values()) add(draft, into, place, column)
  for (const [name, value] of Object.entries(chosen ?? include ?? {})) {
    if (value === undefined || value === false) continue
    const column = columns.get(name)
    const reference = references.get(name)
    if (column !== undefined && value === true) {
      add(draft, into, place, column)
    } else if (reference !== undefined && (value === true || isObject(value))) {
      const alias = join(draft, into, place, reference)
      const below: Shape = { fields: [], relations: [] }
      select(draft, into, {
        model: reference.model,
        alias,
        args: value === true ? {} : value,
        shape: below,
        isRoot: false,
      })
      const shown = below.fields.find((field) => field.name === 'id')?.index
      const id = shown ?? into.outputs.push(at(alias, 'id')) - 1
      shape.relations.push({ name, id, shape: below })
    } else {
      unknown(draft)
    }
  }
}

function join(draft: Draft, into: Selection, place: Place, reference: Reference): string {
  const other = describeTable(reference.model)
  if (!other.columns.has('id')) unknown(draft)
  const alias = newAlias(draft)
  into.joins.push(
    `LEFT JOIN "${other.table}" AS ${alias} ON ${joinedBy(reference, place.alias, alias)}`,
  )
  if (place.isRoot) for (const { here } of reference.keys) into.own.add(here)
  return alias
}

function add(draft: Draft, into: Selection, place: Place, column: Column): void {
  if (!isReadable(column)) unknown(draft)
  if (place.isRoot) into.own.add(column.column)
  const index = into.outputs.push(at(place.alias, column.column)) - 1
  const convert = column.type === 'BigInt' ? toBigInt : undefined
  place.shape.fields.push({ name: column.name, index, convert })
}

/** Of these types the driver makes the same values as Prisma. Lists of enums it leaves as text. */
function isReadable({ type, isList }: Column): boolean {
  return isList ? type === 'String' : !['Bytes', 'Decimal'].includes(type)
}

function toBigInt(value: unknown): unknown {
  return typeof value === 'string' ? BigInt(value) : value
}

/** The record that a row shows. */
export function recordOf(shape: Shape, row: readonly unknown[]): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const { name, index, convert } of shape.fields) {
    const value = row[index]
    record[name] = convert === undefined ? value : convert(value)
  }
  for (const { name, id, shape: below } of shape.relations) {
    record[name] = row[id] === null ? null : recordOf(below, row)
  }
  return record
}
