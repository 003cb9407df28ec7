import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isScalarType,
  Kind,
} from 'graphql'
import { badInput, PAGE_MAX } from './limits.ts'

/** Characters of a text by its scalar, whatever a field's own rules say; null: has none. */
const TEXT_LIMITS: Readonly<Record<string, number | null | undefined>> = {
  String: 65_536,
  ID: 255,
  Int: null,
  Float: null,
  Boolean: null,
  BigInt: 20,
  DateTime: 40,
  EventCursor: 255,
  EventType: 100,
  JSONObject: null,
}

/** Entries of a list that a query may be asked with. */
const MAX_ITEMS_READING = 100
/** In the input of a mutation, whose own rules (1,000 at most) answer with a user error before. */
const MAX_ITEMS_WRITING = 2_000

declare module 'graphql' {
  interface GraphQLArgumentExtensions {
    /** Of a list: more entries are refused before anything runs. */
    maxItems?: number
    /** Of a list: points of each entry, 1 unless given. */
    itemPoints?: number
    /** Of a number: more is refused before anything runs. */
    most?: number
  }
  interface GraphQLInputFieldExtensions {
    maxItems?: number
    itemPoints?: number
  }
}

type Place = GraphQLArgument | GraphQLInputField

/**
 * Gives every list that a client can send a greatest length and every scalar a greatest length of its
 * text: what a new field brings along is bounded without a word, and other figures are declared with
 * the field (`extensions: { maxItems }`).
 * @throws for a scalar of which nobody has said how long it may be
 */
export function boundInputs(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type)) continue
    const limit = TEXT_LIMITS[type.name]
    if (limit === undefined)
      throw new Error(`No greatest length is known of the scalar ${type.name}`)
    if (limit !== null && type.name !== 'String' && type.name !== 'ID') boundScalar(type, limit)
  }
  const mutation = schema.getMutationType()
  const seen = new Set<GraphQLNamedType>()
  // What can be read with comes first: the shorter bound holds for an input that serves both.
  for (const type of Object.values(schema.getTypeMap())) {
    if (type === mutation || !(isObjectType(type) || isInterfaceType(type))) continue
    for (const field of Object.values(type.getFields())) {
      for (const arg of field.args) boundPlace(arg, MAX_ITEMS_READING, seen)
      if (getNamedType(field.type).name.endsWith('Connection')) boundPages(field)
    }
  }
  for (const field of Object.values(mutation?.getFields() ?? {})) {
    for (const arg of field.args) boundPlace(arg, MAX_ITEMS_WRITING, seen)
  }
}

/** A page that is cut in silence looks like the end of a list. */
function boundPages(field: GraphQLField<unknown, unknown>): void {
  for (const arg of field.args) {
    if (arg.name === 'first' || arg.name === 'last') {
      arg.extensions = { ...arg.extensions, most: PAGE_MAX }
    }
  }
}

function boundPlace(place: Place, most: number, seen: Set<GraphQLNamedType>): void {
  if (isListType(getNullableType(place.type)) && place.extensions.maxItems === undefined) {
    place.extensions = { ...place.extensions, maxItems: most }
  }
  const named = getNamedType(place.type)
  if (!isInputObjectType(named) || seen.has(named)) return
  seen.add(named)
  for (const field of Object.values(named.getFields())) boundPlace(field, most, seen)
}

function boundScalar(type: GraphQLScalarType, limit: number): void {
  const { parseValue, parseLiteral } = type
  const demandShort = (text: unknown) => {
    if (typeof text === 'string' && text.length > limit) {
      throw badInput(`${type.name} has at most ${limit} characters`)
    }
  }
  type.parseValue = (value) => {
    demandShort(value)
    return parseValue.call(type, value)
  }
  type.parseLiteral = (node, variables) => {
    if (node.kind === Kind.STRING) demandShort(node.value)
    return parseLiteral.call(type, node, variables)
  }
}

/** What the arguments of a field amount to. */
export interface InputSize {
  points: number
  /** Entries of the longest list. */
  longest: number
}

/** Sizes of values found before: one variable may be used for many fields. */
export type KnownSizes = Map<object, InputSize>

/** @throws GraphQLError BAD_USER_INPUT for a list or a text that is too long */
export function sizeOfArguments(
  field: GraphQLField<unknown, unknown>,
  args: Record<string, unknown>,
  known: KnownSizes,
): InputSize {
  const size = { points: 0, longest: 0 }
  for (const arg of field.args) {
    demandPage(field, arg, args[arg.name])
    add(size, sizeOf(arg, arg.type, args[arg.name], `${field.name}(${arg.name}:)`, known))
  }
  return size
}

function sizeOf(
  place: Place,
  type: GraphQLInputType,
  value: unknown,
  name: string,
  known: KnownSizes,
): InputSize {
  if (typeof value === 'string') demandShort(getNamedType(type).name, value, name)
  const bare = getNullableType(type)
  if (typeof value !== 'object' || value === null) return NOTHING
  if (Array.isArray(value)) demandFew(place, value, name)
  const before = known.get(value)
  if (before !== undefined) return before
  const size = { points: 0, longest: 0 }
  if (isListType(bare) && Array.isArray(value)) {
    size.points = value.length * (place.extensions.itemPoints ?? 1)
    size.longest = value.length
    for (const item of value) add(size, sizeOf(place, bare.ofType, item, name, known))
  } else if (isInputObjectType(bare)) {
    for (const field of Object.values(bare.getFields())) {
      const inner: unknown = Reflect.get(value, field.name)
      if (inner == null) continue
      add(size, sizeOf(field, field.type, inner, `${bare.name}.${field.name}`, known))
    }
  }
  known.set(value, size)
  return size
}

const NOTHING: InputSize = { points: 0, longest: 0 }

function add(size: InputSize, more: InputSize): void {
  size.points += more.points
  size.longest = Math.max(size.longest, more.longest)
}

function demandFew({ extensions }: Place, list: readonly unknown[], name: string): void {
  const { maxItems = MAX_ITEMS_READING } = extensions
  if (list.length > maxItems) {
    throw badInput(`${name} has ${list.length} entries; at most ${maxItems} are allowed`)
  }
}

function demandPage(field: { name: string }, arg: GraphQLArgument, value: unknown): void {
  const { most } = arg.extensions
  if (most === undefined || typeof value !== 'number') return
  if (value < 0 || value > most) {
    throw badInput(`${field.name}(${arg.name}:) is ${value}; a page has 0 to ${most} records`)
  }
}

function demandShort(scalar: string, text: string, name: string): void {
  const limit = TEXT_LIMITS[scalar]
  if (limit != null && text.length > limit) {
    throw badInput(`${name} has ${text.length} characters; at most ${limit} are allowed`)
  }
}
