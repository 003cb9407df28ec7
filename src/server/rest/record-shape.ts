import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { type EventDefinition, jsonSchemaOf, listEvents } from '../../events/define.ts'
import { ALONE_FIELDS, PAYLOAD_FIELDS, RECORD_EVENTS } from './record-fields.ts'
import { convertOf } from './values.ts'

export type JsonSchema = Record<string, unknown>
type Field = GraphQLField<unknown, unknown>
type Record_ = Record<string, unknown>

/** One key of a record as REST shows it. */
export interface ShapeEntry {
  key: string
  /** What a document asks for it. */
  selection: string
  /** Of the record that was answered; undefined where there is nothing to show. */
  read: (record: Record_) => unknown
  /** The field that it is, where it is just one. */
  field?: Field
  below?: RecordShape
  /** Shown where one record is read, not in lists. */
  alone?: true
  /** Left out where GraphQL, which must answer something, says 0, false or that a list is empty. */
  omitsEmpty?: boolean
}

/** How a GraphQL type appears in REST. */
export interface RecordShape {
  typeName: string
  entries: readonly ShapeEntry[]
  /** JSON Schema of the record in events; undefined for a type that no event shows. */
  payload: JsonSchema | undefined
  /** As that event shows it, for the document. */
  example?: Record_
  /** Does not show all that is shown where one record is read. */
  isShortened?: true
}

export interface RecordShapes {
  shapeOf(typeName: string): RecordShape
}

/**
 * A record read by REST equals the one in a webhook: the keys of its payload, each from the field of
 * GraphQL that says the same. What no event shows has the fields of its GraphQL type, without those
 * that lead to further records.
 */
export function createRecordShapes(schema: GraphQLSchema): RecordShapes {
  const known = new Map<string, RecordShape>()
  const events = new Map(listEvents().map((event) => [event.type, event]))
  return { shapeOf }

  function shapeOf(typeName: string): RecordShape {
    const before = known.get(typeName)
    if (before !== undefined) return before
    const type = schema.getType(typeName)
    if (!isObjectType(type)) throw new Error(`${typeName} is not a type of records`)
    const event = events.get(RECORD_EVENTS[typeName] ?? '')
    const made = event === undefined ? ofType(type) : ofEvent(type, event)
    known.set(typeName, made)
    return made
  }

  function ofEvent(type: GraphQLObjectType, event: EventDefinition): RecordShape {
    const payload = payloadOf(event)
    const entries = entriesOf(type, payload)
    return { typeName: type.name, entries, payload, example: { ...Object(event.example) } }
  }

  function entriesOf(type: GraphQLObjectType, payload: JsonSchema): ShapeEntry[] {
    const required = new Set(listIn(payload, 'required'))
    const properties = objectIn(payload, 'properties')
    return Object.keys(properties).map((key) => {
      const given = PAYLOAD_FIELDS[type.name]?.[key]
      if (typeof given === 'object') return Object.assign({ key }, given)
      const field = fieldNamed(type, given ?? key)
      if (field === undefined) throw new Error(`${type.name} has no field for ${key}`)
      const inner = objectIn(properties, key)
      const target = getNamedType(field.type)
      const below = isObjectType(target)
        ? {
            typeName: target.name,
            payload: undefined,
            entries: entriesOf(target, objectIn(inner, 'items')),
          }
        : undefined
      return entryOf(key, field, below, !required.has(key))
    })
  }

  function ofType(type: GraphQLObjectType): RecordShape {
    const { id, ...fields } = type.getFields()
    const entries = Object.values({ ...(id && { id }), ...fields }).flatMap(
      (field): ShapeEntry[] => {
        const target = getNamedType(field.type)
        if (field.args.some(isRequiredArgument)) return []
        if (isObjectType(target) ? isElsewhere(target) : !isLeafType(target)) return []
        const below = isObjectType(target) ? shapeOf(target.name) : undefined
        const alone = ALONE_FIELDS[type.name]?.includes(field.name) === true
        return [{ ...entryOf(field.name, field, below, false), ...(alone && { alone }) }]
      },
    )
    return { typeName: type.name, entries, payload: undefined }
  }
}

/** Records with ids of their own, and pages of them, are read at their own addresses. */
function isElsewhere(type: GraphQLObjectType): boolean {
  return (
    type.name.endsWith('Connection') || type.getInterfaces().some(({ name }) => name === 'Node')
  )
}

/** Where a payload names a record, GraphQL has the id beside the record: `reportedBy` is `reportedById`. */
function fieldNamed(type: GraphQLObjectType, key: string): Field | undefined {
  const fields = type.getFields()
  const field = fields[key]
  return field !== undefined && isLeafOrPart(field) ? field : fields[`${key}Id`]
}

function isLeafOrPart({ type }: Field): boolean {
  const target = getNamedType(type)
  return isLeafType(target) || (isObjectType(target) && !isElsewhere(target))
}

function entryOf(
  key: string,
  field: Field,
  below: RecordShape | undefined,
  omitsEmpty: boolean,
): ShapeEntry {
  const convert = below === undefined ? convertOf(field.type) : readerOf(below, field)
  const drops = omitsEmpty && isNonNullType(field.type)
  return {
    key,
    field,
    omitsEmpty,
    ...(below && { below }),
    selection: below === undefined ? field.name : `${field.name} { ${selectionOf(below)} }`,
    read: (record) => {
      const value = record[field.name]
      if (value === null || value === undefined) return undefined
      if (drops && isEmpty(value)) return undefined
      return convert(value)
    },
  }
}

function readerOf(shape: RecordShape, field: Field): (value: unknown) => unknown {
  const read = (value: unknown) => readRecord(shape, value)
  const isList = isListType(getNullableType(field.type))
  return isList ? (values) => (Array.isArray(values) ? values.map(read) : undefined) : read
}

function isEmpty(value: unknown): boolean {
  if (value === 0 || value === false || value === '') return true
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).length === 0
}

/** What a document asks for to show such a record. */
export function selectionOf({ entries }: RecordShape): string {
  return [...new Set(entries.map((entry) => entry.selection))].join(' ')
}

/** The shape without what costs too much for every record of a list. */
export function inLists(shape: RecordShape): RecordShape {
  const kept = shape.entries.filter(({ alone }) => alone !== true)
  const entries = kept.map((entry) =>
    entry.below === undefined || entry.field === undefined
      ? entry
      : entryOf(entry.key, entry.field, inLists(entry.below), entry.omitsEmpty === true),
  )
  const isShortened =
    kept.length < shape.entries.length || entries.some(({ below }) => below?.isShortened === true)
  return { ...shape, entries, ...(isShortened && { isShortened }) }
}

/** The same with some keys called otherwise. */
export function withNames(
  shape: RecordShape,
  names: Readonly<Record<string, string>> | undefined,
): RecordShape {
  if (names === undefined) return shape
  const entries = shape.entries.map((entry) => ({ ...entry, key: names[entry.key] ?? entry.key }))
  return { ...shape, entries }
}

/** The record as REST shows it; what is empty is left out, as in payloads. */
export function readRecord(shape: RecordShape, answered: unknown): Record_ | null {
  if (!isRecord(answered)) return null
  const record: Record_ = {}
  for (const { key, read } of shape.entries) {
    const value = read(answered)
    if (value !== undefined) record[key] = value
  }
  return record
}

/** Names of GraphQL → names of REST, for fields that are called otherwise in payloads. */
export function namesIn(shape: RecordShape): ReadonlyMap<string, string> {
  return new Map(
    shape.entries.flatMap(({ key, field }): [string, string][] =>
      field === undefined || field.name === key ? [] : [[field.name, key]],
    ),
  )
}

function payloadOf(event: EventDefinition): JsonSchema {
  const envelope = objectIn(jsonSchemaOf(event), 'properties')
  return objectIn(objectIn(objectIn(envelope, 'data'), 'properties'), 'object')
}

function objectIn(schema: JsonSchema, key: string): JsonSchema {
  const value = schema[key]
  return isRecord(value) ? value : {}
}

function listIn(schema: JsonSchema, key: string): unknown[] {
  const value = schema[key]
  return Array.isArray(value) ? value : []
}

export function isRecord(value: unknown): value is Record_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
