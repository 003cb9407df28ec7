import { getDatamodel } from '../../generated/pothos.ts'

/** Models whose table is not called after them. */
const TABLES: Partial<Record<string, string>> = { User: 'app_user' }

/** Column of a field: every model is mapped this way (a test of the migrations checks it). */
export function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Table of a model, by the same rule. */
function tableOf(model: string): string {
  return TABLES[model] ?? columnOf(model).slice(1)
}

/** A field of a model as SQL knows it. */
export interface Column {
  name: string
  column: string
  /** Scalar type, or the name of an enum. */
  type: string
  isList: boolean
  isRequired: boolean
}

/** A relation to one record by its key: columns here, and what they are called there. */
export interface Reference {
  model: string
  keys: readonly { here: string; there: string }[]
}

export interface Table {
  table: string
  columns: ReadonlyMap<string, Column>
  /** Relations to one record whose key stands in this table. */
  references: ReadonlyMap<string, Reference>
}

const { models } = getDatamodel().datamodel
const tables = new Map<string, Table>()

/** @throws for a name that is no model. */
export function describeTable(model: string): Table {
  const known = tables.get(model)
  if (known !== undefined) return known
  const fields = models[model]?.fields
  if (fields === undefined) throw new Error(`There is no model ${model}`)
  const columns = new Map<string, Column>()
  const references = new Map<string, Reference>()
  for (const field of fields) {
    const { name, type, isList, isRequired } = field
    if (field.kind !== 'object') {
      columns.set(name, { name, column: columnOf(name), type, isList, isRequired })
      continue
    }
    const keys = keysOf(type, field.relationFromFields ?? [])
    if (keys !== undefined) references.set(name, { model: type, keys })
  }
  const table = { table: tableOf(model), columns, references }
  tables.set(model, table)
  return table
}

/** Foreign keys name the organization and the record in it; only the organization has a key alone. */
function keysOf(target: string, from: readonly string[]): Reference['keys'] | undefined {
  const [first, second] = from
  if (first !== 'organizationId' || from.length > 2) return undefined
  if (second === undefined) {
    return target === 'Organization' ? [{ here: 'organization_id', there: 'id' }] : undefined
  }
  return [
    { here: 'organization_id', there: 'organization_id' },
    { here: columnOf(second), there: 'id' },
  ]
}
