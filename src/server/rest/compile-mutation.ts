import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { pathNames, versionOf } from './compile-query.ts'
import type { Extra, Operation } from './operation.ts'
import type { UserErrorAnswer } from './problem.ts'
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
import { convertOf } from './values.ts'

type Field = GraphQLField<unknown, unknown>

/** Parts of every payload that are shown elsewhere. */
const COMMON: ReadonlySet<string> = new Set(['userErrors', 'eventCursor'])
const EXPECTED_VERSION = 'expectedVersion'

/** A row that changes something → its document and how its answer is shown. */
export function compileMutation(
  row: Row,
  schema: GraphQLSchema,
  shapes: RecordShapes,
): Omit<Operation, 'tag' | 'row'> {
  const field = schema.getMutationType()?.getFields()[row.field]
  const payload = field === undefined ? undefined : getNamedType(field.type)
  const inputType = field?.args[0] === undefined ? undefined : getNamedType(field.args[0].type)
  if (field === undefined || !isObjectType(payload) || !isInputObjectType(inputType)) {
    throw new Error(`There is no mutation ${row.field} with an input`)
  }
  const main = mainOf(payload)
  const shape = main && withNames(shapes.shapeOf(getNamedType(main.type).name), row.shownAs)
  const extras = Object.values(payload.getFields())
    .filter(({ name }) => name !== main?.name && !COMMON.has(name))
    .map((each) => extraOf(each, shapes))
  const shownAs = new Map([
    ...(shape === undefined ? [] : namesIn(shape)),
    ...Object.entries(row.shownAs ?? {}),
  ])
  const inPath = pathNames(row.path, new Set(Object.keys(inputType.getFields())))
  const takesVersion = EXPECTED_VERSION in inputType.getFields()
  return {
    id: row.field,
    description: field.description ?? '',
    kind: 'change',
    inPath,
    document: documentOf(field, payload, main, shape, extras, schema),
    parameters: [],
    input: {
      type: inputType,
      shownAs,
      elsewhere: new Set([...inPath.values(), EXPECTED_VERSION]),
    },
    takesVersion,
    creates: row.method === 'POST' && row.field.endsWith('Create'),
    shape,
    extras,
    shownAs,
    answer(data) {
      const answered = data[row.field]
      if (!isRecord(answered)) return undefined
      const record = main === undefined ? undefined : answered[main.name]
      const shown = shape === undefined ? null : readRecord(shape, record)
      const more = extras.flatMap(({ key, read }): [string, unknown][] => {
        const value = read(answered)
        return value === null || value === undefined ? [] : [[key, value]]
      })
      return {
        data: { ...shown, ...asTombstone(Object.fromEntries(more)) },
        version: versionOf(record),
        eventCursor: textIn(answered, 'eventCursor'),
      }
    },
    userErrors(data) {
      const errors: unknown = Reflect.get(Object(data[row.field]), 'userErrors')
      return Array.isArray(errors) ? (errors as UserErrorAnswer[]) : []
    },
  }
}

/** The record that a change is about. */
function mainOf(payload: GraphQLObjectType): Field | undefined {
  return Object.values(payload.getFields()).find(({ type }) => {
    const target = getNamedType(type)
    if (isListType(getNullableType(type)) || !isObjectType(target)) return false
    return (
      'version' in target.getFields() || target.getInterfaces().some(({ name }) => name === 'Node')
    )
  })
}

function extraOf(field: Field, shapes: RecordShapes): Extra {
  const key = field.name
  const target = getNamedType(field.type)
  if (isLeafType(target)) {
    const convert = convertOf(field.type)
    return { key, field, selection: key, read: (payload) => convert(payload[key]) }
  }
  const shape = inLists(shapes.shapeOf(target.name))
  const read = (value: unknown) => readRecord(shape, value)
  return {
    key,
    field,
    shape,
    selection: `${key} { ${selectionOf(shape)} }`,
    read: (payload) => {
      const value = payload[key]
      return Array.isArray(value) ? value.map(read) : read(value)
    },
  }
}

/** What was removed is told of as its event does. */
function asTombstone(extras: Record<string, unknown>): Record<string, unknown> {
  const { deletedId, unregisteredId, deletedIds, ...rest } = extras
  const id = deletedId ?? unregisteredId
  if (id !== undefined) return { id, deleted: true, ...rest }
  return deletedIds === undefined ? rest : { ids: deletedIds, deleted: true, ...rest }
}

function documentOf(
  field: Field,
  payload: GraphQLObjectType,
  main: Field | undefined,
  shape: RecordShape | undefined,
  extras: readonly Extra[],
  schema: GraphQLSchema,
): string {
  const type = main === undefined ? undefined : getNamedType(main.type)
  const version = isObjectType(type) && 'version' in type.getFields() ? ' version' : ''
  const parts = [
    ...(main && shape ? [`${main.name} { ${selectionOf(shape)}${version} }`] : []),
    ...extras.map(({ selection }) => selection),
    ...('eventCursor' in payload.getFields() ? ['eventCursor'] : []),
    `userErrors { ${selectErrors(schema)} }`,
  ]
  const input = `$input: ${String(field.args[0]?.type)}`
  return `mutation (${input}) { ${field.name}(input: $input) { ${parts.join(' ')} } }`
}

/** All that the kinds of user errors say, but the records in the way. */
function selectErrors(schema: GraphQLSchema): string {
  const UserError = schema.getType('UserError')
  if (!isInterfaceType(UserError)) throw new Error('There are no user errors')
  const common = Object.keys(UserError.getFields())
  const own = schema.getPossibleTypes(UserError).flatMap((type) => {
    const names = Object.values(type.getFields())
      .filter((each) => !common.includes(each.name) && isLeafType(getNamedType(each.type)))
      .map((each) => each.name)
    return names.length === 0 ? [] : [`... on ${type.name} { ${names.join(' ')} }`]
  })
  return [...common, ...own].join(' ')
}

function textIn(record: Record<string, unknown>, key: string): string | undefined {
  const value = record[key]
  return typeof value === 'string' ? value : undefined
}
