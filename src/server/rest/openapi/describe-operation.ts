import { isEnumType } from 'graphql'
import { bodyFields } from '../input.ts'
import type { Operation } from '../operation.ts'
import { LIMIT, type Parameter } from '../parameters.ts'
import type { JsonSchema } from '../record-shape.ts'
import { publicNames } from '../values.ts'
import { PROBLEMS, RATE_HEADERS } from './components.ts'
import { exampleId, kindInPath, sampleOf } from './examples.ts'
import type { Schemas } from './schemas.ts'

/** One operation as the document shows it, with examples that work. */
export function describeOperation(operation: Operation, schemas: Schemas): JsonSchema {
  const { id, tag, description, kind, takesVersion, row } = operation
  const isChange = kind === 'change'
  const [summary = ''] = description.split(/(?<=[.;:])\s/)
  return {
    operationId: id,
    tags: [tag],
    summary: summary.replace(/[.;:]$/, ''),
    description: `${description}\n\nGraphQL: \`${row.field}\`.`,
    parameters: [
      { $ref: '#/components/parameters/orgId' },
      ...[...operation.inPath.keys()].map((name) => pathParameter(name, operation)),
      ...operation.parameters.map((parameter) => queryParameter(parameter, row.query)),
      ...(isChange ? [{ $ref: '#/components/parameters/idempotencyKey' }] : []),
      ...(takesVersion ? [{ $ref: '#/components/parameters/ifMatch' }] : []),
    ],
    ...(isChange && bodyOf(operation, schemas)),
    responses: {
      [operation.creates === true ? '201' : '200']: success(operation, schemas),
      ...problemsOf(operation),
    },
  }
}

function pathParameter(name: string, { row }: Operation): JsonSchema {
  const kind = kindInPath(name, row)
  const words = kind.replaceAll(/([A-Z])/g, ' $1').toLowerCase()
  return {
    name,
    in: 'path',
    required: true,
    description: `Id of the ${words}.`,
    schema: { type: 'string' },
    example: exampleId(kind),
  }
}

function queryParameter(parameter: Parameter, examples: Operation['row']['query']): JsonSchema {
  const { name, description, isList, isRequired } = parameter
  const one = schemaOfValue(parameter)
  const example = examples?.[name]
  return {
    name,
    in: 'query',
    ...(isRequired && { required: true }),
    description: description === '' ? `Filter: ${name}.` : description,
    schema: isList ? { type: 'array', items: one } : one,
    ...(isList && { style: 'form', explode: false }),
    ...(example !== undefined && { example: exampleOfText(example, isList, one) }),
  }
}

function exampleOfText(text: string, isList: boolean, schema: JsonSchema): unknown {
  if (isList) return text.split(',')
  if (schema['type'] === 'boolean') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}

function schemaOfValue({ name, type, steps }: Parameter): JsonSchema {
  if (steps !== undefined) return { type: 'string', enum: [...steps.keys()] }
  if (name === 'limit') {
    return { type: 'integer', minimum: 1, maximum: LIMIT.most, default: LIMIT.default }
  }
  if (isEnumType(type)) return { type: 'string', enum: publicNames(type) }
  return { type: VALUES[type.name] ?? 'string' }
}

const VALUES: Readonly<Record<string, string | string[]>> = {
  Int: 'integer',
  BigInt: 'integer',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: ['integer', 'string'],
}

function bodyOf({ id, input, row }: Operation, schemas: Schemas): JsonSchema {
  if (input === undefined || bodyFields(input).size === 0) return {}
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Body`
  const required = [...bodyFields(input).values()].some(
    (field) => String(field.type).endsWith('!') && field.defaultValue === undefined,
  )
  return {
    requestBody: {
      required,
      content: {
        'application/json': { schema: schemas.body(name, input), example: row.example ?? {} },
      },
    },
  }
}

function success(operation: Operation, schemas: Schemas): JsonSchema {
  const { kind, creates, takesVersion } = operation
  const schema = answerSchema(operation, schemas)
  const resolve = (reference: string) =>
    schemas.named.get(reference.replace('#/components/schemas/', '')) ?? {}
  const isVersioned = kind === 'one' || takesVersion || creates === true
  return {
    description: DESCRIPTIONS[kind],
    headers: {
      ...RATE_HEADERS,
      ...(kind === 'list' && { Link: { $ref: '#/components/headers/Link' } }),
      ...(isVersioned && { ETag: { $ref: '#/components/headers/ETag' } }),
      ...(creates === true && { Location: { $ref: '#/components/headers/Location' } }),
    },
    content: {
      'application/json': { schema, example: exampleOf(operation, schema, resolve) },
    },
  }
}

const DESCRIPTIONS = {
  list: 'A page of records.',
  all: 'All there are.',
  one: 'The record.',
  change: 'What there is after the change.',
}

function answerSchema({ kind, shape, extras = [] }: Operation, schemas: Schemas): JsonSchema {
  const record = shape === undefined ? undefined : schemas.record(shape)
  if (kind === 'list' || kind === 'all') {
    const isPage = kind === 'list'
    return {
      type: 'object',
      properties: {
        data: { type: 'array', items: record },
        ...(isPage && { pagination: PAGINATION }),
      },
      required: isPage ? ['data', 'pagination'] : ['data'],
    }
  }
  if (kind === 'one') return { type: 'object', properties: { data: record }, required: ['data'] }
  const more = extrasSchema(extras, schemas)
  const parts = [...(record === undefined ? [] : [record]), ...(more === undefined ? [] : [more])]
  return {
    type: 'object',
    properties: {
      data: parts.length === 1 ? parts[0] : { allOf: parts },
      eventCursor: {
        type: ['string', 'null'],
        description: 'Events after this cursor contain the change; null when nothing changed.',
      },
    },
    required: ['data', 'eventCursor'],
  }
}

const PAGINATION: JsonSchema = {
  type: 'object',
  properties: {
    nextCursor: { type: ['string', 'null'], description: 'The `cursor` of the next page.' },
    hasMore: { type: 'boolean' },
  },
  required: ['nextCursor', 'hasMore'],
}

const REMOVED = new Set(['deletedId', 'unregisteredId', 'deletedIds'])

function extrasSchema(
  extras: NonNullable<Operation['extras']>,
  schemas: Schemas,
): JsonSchema | undefined {
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  for (const { key, field, shape } of extras) {
    if (REMOVED.has(key)) {
      const name = key === 'deletedIds' ? 'ids' : 'id'
      properties[name] =
        name === 'id' ? { type: 'string' } : { type: 'array', items: { type: 'string' } }
      properties['deleted'] = { type: 'boolean', enum: [true] }
      required.push(name, 'deleted')
      continue
    }
    properties[key] = { ...schemas.output(field.type, shape), description: field.description }
    if (String(field.type).endsWith('!')) required.push(key)
  }
  if (Object.keys(properties).length === 0) return undefined
  return { type: 'object', properties, ...(required.length > 0 && { required }) }
}

function exampleOf(
  { kind, shape, row }: Operation,
  schema: JsonSchema,
  resolve: (reference: string) => JsonSchema,
): unknown {
  const sampled: unknown = sampleOf(schema, resolve)
  const record = shape?.example
  if (shape === undefined || record === undefined) return sampled
  const kept = new Set(shape.entries.map(({ key }) => key))
  const shown = Object.fromEntries(Object.entries(record).filter(([key]) => kept.has(key)))
  if (kind === 'list' || kind === 'all') return { ...Object(sampled), data: [shown] }
  const sent = kind === 'change' ? matching(row.example, kept) : {}
  const data: unknown = Reflect.get(Object(sampled), 'data')
  return { ...Object(sampled), data: { ...Object(data), ...shown, ...sent } }
}

/** What was sent comes back in the record. */
function matching(sent: Operation['row']['example'], kept: ReadonlySet<string>) {
  const entries = Object.entries(sent ?? {})
  return Object.fromEntries(
    entries.filter(([key, value]) => kept.has(key) && typeof value !== 'object'),
  )
}

function problemsOf({ kind, takesVersion, input }: Operation): JsonSchema {
  const hasBody = input !== undefined && bodyFields(input).size > 0
  const statuses = [
    '400',
    '401',
    '403',
    '404',
    ...(kind === 'change' ? ['409', '422'] : []),
    ...(takesVersion ? ['412'] : []),
    ...(hasBody ? ['415'] : []),
    '429',
  ]
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${PROBLEMS[status]?.[0]}` }]),
  )
}
