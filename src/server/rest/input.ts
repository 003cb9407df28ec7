import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
} from 'graphql'
import type { Fault } from './problem.ts'
import { isRecord } from './record-shape.ts'
import { readLeaf, ValueFault } from './values.ts'

/** An input type as a body shows it. */
export interface InputShape {
  type: GraphQLInputObjectType
  /** Name of the input → name in the body, where payloads call it otherwise. */
  shownAs: ReadonlyMap<string, string>
  /** What does not come from the body: it stands in the path or in a header. */
  elsewhere: ReadonlySet<string>
}

/**
 * A body → the input of a mutation. All that is wrong with it is found at once.
 * @returns the input, and what is wrong
 */
export function readInput(
  body: Readonly<Record<string, unknown>>,
  shape: InputShape,
): { input: Record<string, unknown>; faults: readonly Fault[] } {
  const faults: Fault[] = []
  const input: Record<string, unknown> = {}
  const fields = bodyFields(shape)
  for (const [key, value] of Object.entries(body)) {
    const field = fields.get(key)
    if (field === undefined) faults.push({ path: key, message: unknownKey(fields.keys()) })
    else input[field.name] = readValue(value, field.type, key, faults)
  }
  for (const [key, field] of fields) {
    if (isRequiredInputField(field) && !Object.hasOwn(body, key))
      faults.push({ path: key, message: REQUIRED })
  }
  return { input, faults }
}

const REQUIRED = 'is required'
const unknownKey = (known: Iterable<string>) => {
  const names = [...known]
  return names.length === 0 ? 'is not known: nothing is' : `is not known: ${names.join(', ')} are`
}

/** The fields of a body by the names that they have there. */
export function bodyFields({ type, shownAs, elsewhere }: InputShape) {
  return new Map(
    Object.values(type.getFields())
      .filter(({ name }) => !elsewhere.has(name))
      .map((field) => [shownAs.get(field.name) ?? field.name, field]),
  )
}

function readValue(value: unknown, type: GraphQLInputType, path: string, faults: Fault[]): unknown {
  if (isNonNullType(type)) {
    if (value !== null) return readValue(value, type.ofType, path, faults)
    faults.push({ path, message: 'must not be null' })
    return null
  }
  if (value === null) return null
  if (isListType(type)) {
    if (Array.isArray(value)) {
      return value.map((each, index) => readValue(each, type.ofType, `${path}.${index}`, faults))
    }
    faults.push({ path, message: 'must be a list' })
    return null
  }
  if (isInputObjectType(type)) return readObject(value, type, path, faults)
  if (!isScalarType(type) && !isEnumType(type)) return value
  try {
    return readLeaf(value, type)
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error
    faults.push({ path, message: error.message })
    return null
  }
}

function readObject(
  value: unknown,
  type: GraphQLInputObjectType,
  path: string,
  faults: Fault[],
): unknown {
  if (!isRecord(value)) {
    faults.push({ path, message: 'must be an object' })
    return null
  }
  const { input, faults: inner } = readInput(value, NESTED(type))
  for (const fault of inner) faults.push({ ...fault, path: `${path}.${fault.path}` })
  return input
}

const NONE = new Map<string, string>()
const NOTHING = new Set<string>()
const NESTED = (type: GraphQLInputObjectType): InputShape => ({
  type,
  shownAs: NONE,
  elsewhere: NOTHING,
})
