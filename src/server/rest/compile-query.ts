import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql'
import type { Answer, Operation } from './operation.ts'
import { type Parameter, parametersOf } from './parameters.ts'
import {
  inLists,
  isRecord,
  namesIn,
  readRecord,
  type RecordShape,
  type RecordShapes,
  selectionOf,
  withNames,
} from './record-shape.ts'
import type { Row } from './table/rows.ts'

type Field = GraphQLField<unknown, unknown>

/** How a query is answered: what its document asks for, and what is made of it. */
interface Reading {
  kind: Operation['kind']
  selection: string
  shape: RecordShape
  read(found: unknown): Answer | undefined
}

/** A row that reads → its document and how its answer is shown. */
export function compileQuery(
  row: Row,
  schema: GraphQLSchema,
  shapes: RecordShapes,
): Omit<Operation, 'tag' | 'row'> {
  const [rootName = '', below] = row.field.split('.')
  const root = schema.getQueryType()?.getFields()[rootName]
  if (root === undefined) throw new Error(`There is no query ${rootName}`)
  const target = below === undefined ? root : fieldBelow(root, below)
  const reading = readingOf(row, target, shapes)
  const shownAs = new Map([...namesIn(reading.shape), ...Object.entries(row.shownAs ?? {})])
  const args = below === undefined ? target.args : [...root.args, ...target.args]
  const inPath = pathNames(row.path, new Set(args.map(({ name }) => name)))
  const fromPath = new Set(inPath.values())
  const asked = target.args.filter(({ name }) => !fromPath.has(name))
  const inner = `${target.name}${passed(target.args)} ${reading.selection}`
  const body = below === undefined ? inner : `${root.name}${passed(root.args)} { ${inner} }`
  return {
    id:
      row.type === undefined
        ? row.field.replace(/\.(.)/, (_all, first: string) => first.toUpperCase())
        : lowerFirst(row.type),
    description: target.description ?? '',
    kind: reading.kind,
    inPath,
    document: `query ${declared(args)} { ${body} }`,
    parameters: parametersOf(asked, shownAs) satisfies Parameter[],
    takesVersion: false,
    shape: reading.shape,
    shownAs,
    answer(data) {
      const found =
        below === undefined ? data[rootName] : Reflect.get(Object(data[rootName]), below)
      return found === null || found === undefined ? undefined : reading.read(found)
    },
  }
}

function fieldBelow(root: Field, name: string): Field {
  const type = getNamedType(root.type)
  const field = isObjectType(type) ? type.getFields()[name] : undefined
  if (field === undefined) throw new Error(`${type.name} has no field ${name}`)
  return field
}

function readingOf(row: Row, field: Field, shapes: RecordShapes): Reading {
  const type = getNamedType(field.type)
  if (row.type !== undefined) return readNode(withNames(shapes.shapeOf(row.type), row.shownAs))
  if (!isObjectType(type)) throw new Error(`${field.name} answers no records`)
  const nodes = type.name.endsWith('Connection') ? type.getFields()['nodes'] : undefined
  if (nodes !== undefined) {
    return readPage(withNames(inLists(shapes.shapeOf(getNamedType(nodes.type).name)), row.shownAs))
  }
  const shape = withNames(shapes.shapeOf(type.name), row.shownAs)
  if (isListType(getNullableType(field.type))) {
    return {
      kind: 'all',
      shape,
      selection: `{ ${selectionOf(shape)} }`,
      read: (found) => ({
        data: Array.isArray(found) ? found.map((each) => readRecord(shape, each)) : [],
      }),
    }
  }
  return readOne(shape, type)
}

function readPage(shape: RecordShape): Reading {
  return {
    kind: 'list',
    shape,
    selection: `{ nodes { ${selectionOf(shape)} } pageInfo { hasNextPage endCursor } }`,
    read(found) {
      const { nodes, pageInfo } = Object(found)
      const { hasNextPage, endCursor } = Object(pageInfo)
      return {
        data: Array.isArray(nodes) ? nodes.map((each) => readRecord(shape, each)) : [],
        pagination: {
          nextCursor: hasNextPage === true ? String(endCursor) : null,
          hasMore: hasNextPage === true,
        },
      }
    },
  }
}

function readOne(shape: RecordShape, type: GraphQLObjectType): Reading {
  const version = 'version' in type.getFields() ? ' version' : ''
  return {
    kind: 'one',
    shape,
    selection: `{ ${selectionOf(shape)}${version} }`,
    read: (found) => ({ data: readRecord(shape, found), version: versionOf(found) }),
  }
}

function readNode(shape: RecordShape): Reading {
  return {
    kind: 'one',
    shape,
    selection: `{ __typename ... on ${shape.typeName} { ${selectionOf(shape)} } }`,
    read(found) {
      if (!isRecord(found) || found['__typename'] !== shape.typeName) return undefined
      return { data: readRecord(shape, found) }
    },
  }
}

export function versionOf(record: unknown): number | undefined {
  const version: unknown = isRecord(record) ? record['version'] : undefined
  return typeof version === 'number' ? version : undefined
}

/** What stands in braces in a path → what it goes to. */
export function pathNames(path: string, known: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return new Map(names.map((name) => [name, known.has(name) ? name : 'id']))
}

const TAKEN = ({ name }: GraphQLArgument) => name !== 'last' && name !== 'before'

function declared(args: readonly GraphQLArgument[]): string {
  const list = args.filter(TAKEN).map(({ name, type }) => `$${name}: ${String(type)}`)
  return list.length === 0 ? '' : `(${list.join(', ')})`
}

function passed(args: readonly GraphQLArgument[]): string {
  const list = args.filter(TAKEN).map(({ name }) => `${name}: $${name}`)
  return list.length === 0 ? '' : `(${list.join(', ')})`
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
