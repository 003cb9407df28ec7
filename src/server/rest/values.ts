import {
  GraphQLError,
  type GraphQLEnumType,
  type GraphQLScalarType,
  isScalarType,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
} from 'graphql'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import { memo } from '../../database/memo.ts'

/** A value as GraphQL says it → as payloads say it. */
export type Convert = (value: unknown) => unknown

const same: Convert = (value) => value

/** Moments as Unix seconds, enum values as `InProgress`; everything else stays. */
export function convertOf(type: GraphQLType): Convert {
  if (isNonNullType(type)) return convertOf(type.ofType)
  if (isListType(type)) {
    const inner = convertOf(type.ofType)
    return (value) => (Array.isArray(value) ? value.map(inner) : value)
  }
  const named = getNamedType(type)
  if (isEnumType(named)) {
    const names = namesOf(named)
    return (value) => names.get(String(value)) ?? value
  }
  if (named.name === 'DateTime') {
    return (value) => (typeof value === 'string' ? toUnixSeconds(new Date(value)) : value)
  }
  return same
}

/** "IN_PROGRESS" → "InProgress", for every value of the enum. */
const namesOf = memo(
  (type: GraphQLEnumType): ReadonlyMap<string, string> =>
    new Map(type.getValues().map(({ name }) => [name, toPascalCase(name)])),
)

/** The values of an enum as payloads write them. */
export function publicNames(type: GraphQLEnumType): string[] {
  return [...namesOf(type).values()]
}

/** What is wrong with a value, for the person who sent it. */
export class ValueFault extends Error {}

/**
 * A leaf value as payloads write it → as GraphQL takes it.
 * @throws ValueFault
 */
export function readLeaf(value: unknown, type: GraphQLScalarType | GraphQLEnumType): unknown {
  if (isEnumType(type)) return readEnum(value, type)
  if (type.name === 'DateTime' && typeof value === 'number') return readSeconds(value)
  try {
    type.parseValue(value)
    return value
  } catch (error) {
    if (type.name === 'DateTime') throw new ValueFault(MOMENT)
    if (error instanceof GraphQLError) throw new ValueFault(SAID[type.name] ?? error.message)
    throw error
  }
}

const MOMENT = 'must be Unix seconds, like 1780000000, or ISO 8601 with an offset'
const SAID: Readonly<Record<string, string>> = {
  ID: 'must be an id',
  String: 'must be a text',
  Int: 'must be a whole number of at most 32 bits',
  Float: 'must be a number',
  Boolean: 'must be true or false',
  BigInt: 'must be a whole number',
  JSONObject: 'must be an object',
}

/** The last moment that a DateTime can say: the end of the year 9999. */
const LAST_SECOND = 253_402_300_799

function readSeconds(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > LAST_SECOND) throw new ValueFault(MOMENT)
  return new Date(value * 1_000).toISOString()
}

function readEnum(value: unknown, type: GraphQLEnumType): string {
  for (const [name, shown] of namesOf(type)) if (shown === value) return name
  throw new ValueFault(`must be one of ${publicNames(type).join(', ')}`)
}

/**
 * The same for the text of a query parameter.
 * @throws ValueFault
 */
export function readText(text: string, type: GraphQLScalarType | GraphQLEnumType): unknown {
  if (isScalarType(type)) {
    if (type.name === 'Boolean') {
      if (text !== 'true' && text !== 'false') throw new ValueFault('must be true or false')
      return text === 'true'
    }
    const isNumber = /^-?\d+(\.\d+)?$/.test(text)
    if (isNumber && NUMERIC.has(type.name)) return readLeaf(Number(text), type)
  }
  return readLeaf(text, type)
}

const NUMERIC: ReadonlySet<string> = new Set(['Int', 'Float', 'BigInt', 'DateTime'])
