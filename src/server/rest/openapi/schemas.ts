import {
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql'
import { bodyFields, type InputShape } from '../input.ts'
import type { JsonSchema, RecordShape, ShapeEntry } from '../record-shape.ts'
import { publicNames } from '../values.ts'

/** The schemas that a document names, in the order in which they were first needed. */
export interface Schemas {
  readonly named: ReadonlyMap<string, JsonSchema>
  /** `{ $ref }` of a record. */
  record(shape: RecordShape): JsonSchema
  /** `{ $ref }` of a body. */
  body(name: string, shape: InputShape): JsonSchema
  output(type: GraphQLOutputType, below?: RecordShape): JsonSchema
}

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  BigInt: { type: ['integer', 'string'], description: 'A whole number; a text beyond 2^53.' },
  DateTime: { type: 'integer', description: 'Unix seconds.' },
  JSONObject: { type: 'object', additionalProperties: true },
  EventType: { type: 'string' },
  EventCursor: { type: 'string' },
}

/** As it may be sent: a moment as a text too. */
const SENT: Readonly<Record<string, JsonSchema>> = {
  ...SCALARS,
  DateTime: {
    type: ['integer', 'string'],
    description: 'Unix seconds, or ISO 8601 with an offset.',
  },
}

export function createSchemas(): Schemas {
  const named = new Map<string, JsonSchema>()

  function reference(name: string, make: () => JsonSchema): JsonSchema {
    if (!named.has(name)) {
      // Known before it is made: a schema may hold itself.
      named.set(name, {})
      named.set(name, make())
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  function record(shape: RecordShape): JsonSchema {
    return reference(nameOf(shape), () => recordSchema(shape))
  }

  function recordSchema(shape: RecordShape): JsonSchema {
    if (shape.payload !== undefined) return payloadSchema(shape, shape.payload)
    const properties = shape.entries.map((entry) => [entry.key, schemaOfEntry(entry)])
    const required = shape.entries.filter(({ field }) => field && isNonNullType(field.type))
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      required: required.map(({ key }) => key),
    }
  }

  function schemaOfEntry({ field, below }: ShapeEntry): JsonSchema {
    if (field === undefined) return {}
    return described(output(field.type, below), field.description)
  }

  function output(type: GraphQLOutputType, below?: RecordShape): JsonSchema {
    if (isNonNullType(type)) return output(type.ofType, below)
    if (isListType(type)) return { type: 'array', items: output(type.ofType, below) }
    return below === undefined ? leaf(type, SCALARS) : record(below)
  }

  function body(name: string, shape: InputShape): JsonSchema {
    return reference(name, () => bodySchema(shape))
  }

  function bodySchema(shape: InputShape): JsonSchema {
    const fields = [...bodyFields(shape)]
    const required = fields.filter(([, field]) => isRequiredInputField(field))
    return {
      type: 'object',
      properties: Object.fromEntries(
        fields.map(([key, field]) => [key, described(input(field.type), field.description)]),
      ),
      ...(required.length > 0 && { required: required.map(([key]) => key) }),
      additionalProperties: false,
    }
  }

  function input(type: GraphQLInputType, mayBeNull = true): JsonSchema {
    if (isNonNullType(type)) return input(type.ofType, false)
    const schema = bareInput(type)
    return mayBeNull ? orNull(schema) : schema
  }

  function bareInput(type: GraphQLInputType): JsonSchema {
    if (isListType(type)) return { type: 'array', items: input(type.ofType) }
    const named_ = getNamedType(type)
    if (!isInputObjectType(named_)) return leaf(named_, SENT)
    const shape = { type: named_, shownAs: new Map(), elsewhere: new Set<string>() }
    return body(named_.name, shape)
  }

  return { named, record, body, output }
}

/** As events publish it, without what is not shown here. */
function payloadSchema(shape: RecordShape, payload: JsonSchema): JsonSchema {
  const { properties, required, ...rest } = payload
  const kept = new Set(shape.entries.map(({ key }) => key))
  const names = Array.isArray(required) ? required.filter((key) => kept.has(String(key))) : []
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(Object(properties)).filter(([key]) => kept.has(key)),
    ),
    required: names,
    additionalProperties: true,
  }
}

/** Records of lists may show less, and then have a name of their own. */
function nameOf(shape: RecordShape): string {
  const { typeName, isShortened } = shape
  return isShortened === true ? `${typeName}InList` : typeName
}

function leaf(type: unknown, scalars: Readonly<Record<string, JsonSchema>>): JsonSchema {
  if (isEnumType(type)) return { type: 'string', enum: publicNames(type) }
  const schema = scalars[String(type)]
  if (schema === undefined) throw new Error(`${String(type)} has no JSON Schema`)
  return { ...schema }
}

function orNull(schema: JsonSchema): JsonSchema {
  if ('$ref' in schema) return { anyOf: [schema, { type: 'null' }] }
  const types = [schema['type']].flat()
  const values = Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}
  return { ...schema, type: [...types, 'null'], ...values }
}

function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  if (description == null) return schema
  const own = typeof schema['description'] === 'string' ? ` ${schema['description']}` : ''
  return { ...schema, description: `${description}${own}` }
}
