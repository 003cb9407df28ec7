import {
  type FieldNode,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { memo } from '../../database/memo.ts'

/** What a selection needs of a record: its columns, and what it leads to. */
interface Projection {
  columns: readonly string[]
  /** By relation, for those that lead to one record. */
  relations: ReadonlyMap<string, Projection>
}

/**
 * Limits what a list reads to the columns that its fields show. Without this, the object layer reads
 * whole records: half a hundred columns of which a screen shows ten. Whatever a field needs besides
 * what it exposes it must name in `select`; a field that does not has the whole record read, as before.
 * @param query what the connection asks for, as it was given to its `resolve`
 */
export function projectPage<Q extends object>(query: Q, info: GraphQLResolveInfo): Q {
  const [node] = info.fieldNodes
  if (node === undefined || info.fieldNodes.length > 1) return query
  const projection = projectionOfPage(node, info)
  return projection === undefined ? query : project(query, projection)
}

function project<Q extends object>(query: Q, { columns, relations }: Projection): Q {
  // What the type itself needs of each record, to tell who may see it, is selected already.
  const { include, select: own, ...rest }: { include?: object; select?: object } = query
  const select: Record<string, unknown> = { ...own, id: true }
  for (const column of columns) select[column] = true
  for (const [name, value] of Object.entries(include ?? {})) {
    const below = relations.get(name)
    const inner = value === true ? {} : value
    select[name] = below === undefined ? value : project(inner, below)
  }
  // The shape of the rows is what the selected fields need, which is all that is looked at.
  return { ...rest, select } as unknown as Q
}

/** Documents are parsed once and kept, so one is looked through once however often it is asked. */
const projectionOfPage = memo(findProjection)

function findProjection(page: FieldNode, info: GraphQLResolveInfo): Projection | undefined {
  const connection = getNamedType(info.returnType)
  if (!isObjectType(connection)) return undefined
  const records: { type: GraphQLObjectType; node: FieldNode }[] = []
  for (const { field, node } of fieldsOf(page.selectionSet, connection, info)) {
    if (field === undefined) continue
    const type = getNamedType(field.type)
    if (field.name === 'nodes' && isObjectType(type)) records.push({ type, node })
    if (field.name !== 'edges' || !isObjectType(type)) continue
    for (const inner of fieldsOf(node.selectionSet, type, info)) {
      const record = inner.field === undefined ? undefined : getNamedType(inner.field.type)
      if (inner.field?.name === 'node' && isObjectType(record)) {
        records.push({ type: record, node: inner.node })
      }
    }
  }
  return merge(records.map(({ type, node }) => projectionOf(node.selectionSet, type, info)))
}

/** Undefined when a selected field may look at anything of the record. */
function projectionOf(
  selection: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  info: GraphQLResolveInfo,
): Projection | undefined {
  const columns = new Set<string>()
  const relations = new Map<string, Projection>()
  for (const { field, node } of fieldsOf(selection, type, info)) {
    if (field === undefined || field.name === 'id') continue
    const {
      pothosPrismaVariant,
      pothosPrismaSelect,
      pothosPrismaRelationField,
      pothosExposedField,
    } = field.extensions
    if (typeof pothosPrismaVariant === 'string' && pothosExposedField !== undefined) {
      columns.add(pothosPrismaVariant)
    } else if (isRelation(pothosPrismaRelationField)) {
      const target = getNamedType(field.type)
      if (pothosPrismaRelationField.isList || !isObjectType(target)) continue
      const { name } = pothosPrismaRelationField
      const below = projectionOf(node.selectionSet, target, info)
      const both = relations.has(name) ? merge([relations.get(name), below]) : below
      // Known, but read as a whole.
      if (both !== undefined) relations.set(name, both)
      else return undefined
    } else if (isColumns(pothosPrismaSelect)) {
      for (const column of Object.keys(pothosPrismaSelect)) columns.add(column)
    } else {
      return undefined
    }
  }
  return { columns: [...columns], relations }
}

function isRelation(value: unknown): value is { name: string; isList: boolean } {
  return typeof value === 'object' && value !== null && 'isList' in value && 'name' in value
}

/** A plain list of columns, rather than relations or something computed per request. */
function isColumns(value: unknown): value is Record<string, true> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((one) => one === true)
  )
}

/** What several selections of the same record need together. */
function merge(parts: readonly (Projection | undefined)[]): Projection | undefined {
  const columns = new Set<string>()
  const relations = new Map<string, Projection>()
  for (const part of parts) {
    if (part === undefined) return undefined
    for (const column of part.columns) columns.add(column)
    for (const [name, below] of part.relations) {
      const before = relations.get(name)
      const both = before === undefined ? below : merge([before, below])
      if (both !== undefined) relations.set(name, both)
    }
  }
  return { columns: [...columns], relations }
}

interface Selected {
  node: FieldNode
  /** Undefined for `__typename`. */
  field: GraphQLField<unknown, unknown> | undefined
}

/** The fields of a selection, with those of its fragments, whatever `@skip` and `@include` say. */
function fieldsOf(
  selection: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  info: GraphQLResolveInfo,
): Selected[] {
  return (selection?.selections ?? []).flatMap((node): Selected[] => {
    if (node.kind === Kind.FIELD) return [{ node, field: type.getFields()[node.name.value] }]
    const inner =
      node.kind === Kind.FRAGMENT_SPREAD
        ? info.fragments[node.name.value]?.selectionSet
        : node.selectionSet
    return fieldsOf(inner, type, info)
  })
}
