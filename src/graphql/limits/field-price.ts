import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql'
import { type KnownSizes, sizeOfArguments } from './input-bounds.ts'
import { INTROSPECTION_POINTS, multiplicitiesOf } from './introspection-cost.ts'

/** Records that a list is counted for when nothing says how many there may be. */
const UNKNOWN_LENGTH = 10

/** A field with the type that it is selected on. */
export interface Selected {
  node: FieldNode
  on: GraphQLNamedType
}

/** What is above a selection, as far as it changes what the selection costs. */
export interface Standing {
  /** Entries of the longest list given to the mutation: it may answer for each of them. */
  given: number
  /** Below `__schema { types }`: averages count instead of the largest. */
  everyType: boolean
}

export interface Price {
  /** Points of the field itself. */
  own: number
  /** How often what is below it is answered. */
  multiplier: number
  below: { type: GraphQLNamedType; at: Standing }
}

/** What a price depends on beside the field. */
export interface Pricing {
  schema: GraphQLSchema
  /** As they were coerced. */
  variables: Record<string, unknown>
  sizes: KnownSizes
}

/**
 * @returns undefined for a field that there is not
 * @throws GraphQLError BAD_USER_INPUT for a list or a text that is too long
 */
export function priceOf(selected: Selected, at: Standing, pricing: Pricing): Price | undefined {
  const field = fieldOf(selected)
  if (field === undefined) return undefined
  const isAboutSchema =
    isIntrospectionType(selected.on) || isIntrospectionType(getNamedType(field.type))
  return isAboutSchema
    ? priceOfIntrospection(field, selected.on, at, pricing)
    : priceOfOrdinary(field, selected, at, pricing)
}

function fieldOf({ node, on }: Selected): GraphQLField<unknown, unknown> | undefined {
  const name = node.name.value
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  return isObjectType(on) || isInterfaceType(on) ? on.getFields()[name] : undefined
}

function priceOfOrdinary(
  field: GraphQLField<unknown, unknown>,
  { node, on }: Selected,
  at: Standing,
  { schema, variables, sizes }: Pricing,
): Price {
  const args = argumentsOf(field, node, variables)
  const size = sizeOfArguments(field, args, sizes)
  const option: unknown = Reflect.get(Object(field.extensions['pothosOptions']), 'complexity')
  const said: unknown = typeof option === 'function' ? option(args, {}, field) : option
  const given = on === schema.getMutationType() ? size.longest : at.given
  const isList = isListType(getNullableType(field.type))
  const unsaid = isList ? Math.max(UNKNOWN_LENGTH, size.longest, given) : 1
  const own = typeof said === 'number' ? said : numberIn(said, 'field', 1)
  return {
    own: own + size.points,
    multiplier: Math.max(0, numberIn(said, 'multiplier', unsaid)),
    // A list answers for what was given once: what each of its entries holds is short again.
    below: { type: getNamedType(field.type), at: { ...at, given: isList ? 0 : given } },
  }
}

/** An argument that does not fit fails its field alone, when it is its turn: the rest still costs. */
function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables)
  } catch (error) {
    if (error instanceof GraphQLError) return {}
    throw error
  }
}

function numberIn(said: unknown, key: 'field' | 'multiplier', otherwise: number): number {
  const value: unknown = Reflect.get(Object(said), key)
  return typeof value === 'number' ? value : otherwise
}

/** Lists that belong to the type that they are asked of, rather than leading to other types. */
const PARTS: ReadonlySet<string> = new Set(['fields', 'inputFields', 'enumValues', 'args'])

function priceOfIntrospection(
  field: GraphQLField<unknown, unknown>,
  on: GraphQLNamedType,
  at: Standing,
  { schema }: Pricing,
): Price {
  const multiplicity = multiplicitiesOf(schema).get(`${on.name}.${field.name}`)
  const everyType = on.name === '__Schema' || (at.everyType && PARTS.has(field.name))
  return {
    own: INTROSPECTION_POINTS,
    multiplier: multiplicity?.[at.everyType ? 'every' : 'one'] ?? 1,
    below: {
      type: getNamedType(field.type),
      at: { ...at, everyType: everyType && isListType(getNullableType(field.type)) },
    },
  }
}
