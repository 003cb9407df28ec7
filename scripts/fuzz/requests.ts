import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { randomFrom } from './random.ts'

/** One request as it goes over the wire. */
export interface FuzzRequest {
  body: string
  headers: Record<string, string>
}

const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\uD800',
  '\u202Eabc',
  'é'.repeat(300),
  '😀'.repeat(200),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "'; DROP TABLE app_user; --",
  '%s%n%x',
  '${7*7}',
  '../../etc/passwd',
  'x'.repeat(50_000),
  'null',
  '-1',
  '2026-02-30T25:61:61Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  'loc-zzzzzzzzzzzzzzzzzzzzzz',
  'evt_',
  'wo-',
  'ZTE6OTk5OTk5OTk5OTk5OTk5OTk5',
  '*',
]

const NASTY_VALUES: unknown[] = [
  null,
  true,
  0,
  -0.5,
  -1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e308,
  [],
  {},
  [[[[]]]],
  [null],
  { id: { id: {} } },
  { constructor: 1 },
]

const NASTY_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', '__typename', '__schema']

/** Mutations that would keep all later requests from getting anywhere. */
const LEFT_OUT = new Set(['organizationChangePlan', 'signOut'])

/** Requests that range from nearly right to nonsense. */
export function createFuzzer(schema: GraphQLSchema, seed: number): () => FuzzRequest {
  const random = randomFrom(seed)
  const { pick, chance } = random
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const

  function text(): string {
    return pick(NASTY_TEXTS)
  }

  function value(type: GraphQLInputType, depth: number): unknown {
    if (chance(0.03)) return pick(NASTY_VALUES)
    if (isNonNullType(type)) return value(type.ofType, depth)
    if (isListType(type)) {
      return Array.from({ length: Math.floor(random() * 4) }, () => value(type.ofType, depth))
    }
    if (isEnumType(type)) return chance(0.05) ? text() : pick(type.getValues()).name
    if (isInputObjectType(type)) {
      const given: [string, unknown][] = []
      for (const field of Object.values(type.getFields())) {
        if (depth > 4 || !(isNonNullType(field.type) || chance(0.4))) continue
        given.push([field.name, value(field.type, depth + 1)])
      }
      if (chance(0.1)) given.push([pick(NASTY_NAMES), text()])
      return Object.fromEntries(given)
    }
    switch (type.name) {
      case 'Int':
        return chance(0.7)
          ? pick([1, 2, 20])
          : pick([0, -1, 101, 2 ** 31 - 1, 2 ** 31, 1.5, 1e20, '1'])
      case 'Boolean':
        return pick([true, false, true, false, 'true', 1])
      case 'DateTime':
        return chance(0.8) ? '2027-11-20T10:00:00Z' : text()
      case 'JSONObject':
        return pick([{}, { a: text() }, [], 'x'])
      case 'EventType':
        return chance(0.8) ? pick(['workorder.created', 'workorder.*', '*']) : text()
      default:
        return chance(0.6) ? pick(['a text', 'loc-1', 'https://hooks.example.com/x']) : text()
    }
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isLeafType(type)) return chance(0.03) ? '{ id }' : ''
    if (!isObjectType(type)) return '{ __typename }'
    const fields = Object.values(type.getFields())
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const field = pick(fields)
      if (depth > 6 && !isLeafType(getNamedType(field.type))) return '__typename'
      const alias = chance(0.05) ? `${pick(['a', 'b', ...NASTY_NAMES])}: ` : ''
      return `${alias}${field.name}${inlineArguments(field)} ${selection(getNamedType(field.type), depth + 1)}`
    })
    if (chance(0.03)) parts.push(pick(NASTY_NAMES))
    return `{ ${parts.join(' ')} }`
  }

  function inlineArguments(field: GraphQLField<unknown, unknown>): string {
    const used = field.args.filter((argument) => isNonNullType(argument.type) || chance(0.3))
    if (used.length === 0) return ''
    return `(${used.map((argument) => `${argument.name}: ${literal(value(argument.type, 1))}`).join(', ')})`
  }

  function operation(): { query: string; variables: Record<string, unknown> } {
    const [kind, type] = pick(roots)
    const field = pick(
      Object.values(type?.getFields() ?? {}).filter(({ name }) => !LEFT_OUT.has(name)),
    )
    const used = field.args.filter((argument) => isNonNullType(argument.type) || chance(0.5))
    const variables: Record<string, unknown> = {}
    const declared: string[] = []
    const passed = used.map((argument: GraphQLArgument) => {
      if (chance(0.25)) return `${argument.name}: ${literal(value(argument.type, 0))}`
      variables[argument.name] = value(argument.type, 0)
      declared.push(`$${argument.name}: ${String(argument.type)}`)
      return `${argument.name}: $${argument.name}`
    })
    const head = declared.length === 0 ? '' : `(${declared.join(', ')})`
    const call = passed.length === 0 ? '' : `(${passed.join(', ')})`
    const directive = chance(0.1)
      ? pick(['@idempotent(key: "k")', '@skip(if: 1)', '@include', '@deprecated', '@nope(a: {})'])
      : ''
    return {
      query: `${kind} ${head} { ${field.name}${call} ${directive} ${selection(getNamedType(field.type), 0)} }`,
      variables,
    }
  }

  /** Takes out, doubles or replaces some of the characters. */
  function damage(query: string): string {
    const at = Math.floor(random() * query.length)
    switch (Math.floor(random() * 4)) {
      case 0:
        return query.slice(0, at)
      case 1:
        return query.slice(0, at) + query.slice(at + 1 + Math.floor(random() * 5))
      case 2:
        return query.slice(0, at) + query.slice(at, at + 20) + query.slice(at)
      default:
        return (
          query.slice(0, at) +
          pick(['{', '}', '"', '"""', '\0', '$', '@', '...', '\uFFFF']) +
          query.slice(at)
        )
    }
  }

  const EXTREMES: (() => string)[] = [
    () => `{ ${'viewer { organization { '.repeat(200)} id ${'} }'.repeat(200)} }`,
    () => '{'.repeat(5_000),
    () => `{ ${Array.from({ length: 200 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
    () => `{ viewer { role ${'@include(if: true) '.repeat(50)} } }`,
    () => 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    () => `{ users(first: ${'9'.repeat(400)}) { nodes { id } } }`,
    () =>
      `query(${Array.from({ length: 500 }, (_, n) => `$v${n}: Int`).join(' ')}) { viewer { role } }`,
    () =>
      `{ __schema { types { ${'fields { type { ofType { '.repeat(5)} name ${'} } }'.repeat(5)} } } }`,
    () =>
      `subscription { events(heartbeatSeconds: ${pick(['0', '-1', '1e9', '"5"'])}) { __typename } }`,
    () => '# nothing but a comment',
    () => '',
    () => `query A { viewer { role } } query B { viewer { role } }`,
    () => `{ nodes(ids: [${'"loc-1" '.repeat(300)}]) { id } }`,
    () => `[`.repeat(2_000),
  ]

  const BODIES = ['', 'null', '[]', '1', '"x"', '{', '{}', '{"query":1}', '{"query":{}}', '\0']

  return () => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (chance(0.05)) headers['idempotency-key'] = pick(['k', 'x'.repeat(400), '%00', '  '])
    if (chance(0.03))
      headers['accept'] = pick(['text/plain', 'text/event-stream', '*/*', 'nonsense'])
    if (chance(0.03)) headers['content-type'] = pick(['text/plain', 'application/json; charset=x'])
    if (chance(0.03)) return { headers, body: pick(BODIES) }
    if (chance(0.08)) return { headers, body: JSON.stringify({ query: pick(EXTREMES)() }) }
    const made = operation()
    const query = chance(0.15) ? damage(made.query) : made.query
    const request: Record<string, unknown> = { query, variables: made.variables }
    if (chance(0.05)) request['variables'] = pick(NASTY_VALUES)
    if (chance(0.05)) request['operationName'] = pick([...NASTY_VALUES, ...NASTY_TEXTS])
    if (chance(0.02)) request['extensions'] = pick(NASTY_VALUES)
    let body = JSON.stringify(request)
    // JSON.parse makes an own property of it, which an object literal would not have.
    if (chance(0.03)) body = body.replace(/^\{/, '{"__proto__":{"query":"{ viewer { role } }"},')
    return { headers, body }
  }
}

/** A value as a GraphQL literal; what has no literal becomes text. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${literal(inner)}`)
      .join(', ')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

const TRACES =
  /\bat .+\.[cm]?[jt]s:\d+:\d+|node_modules|\/src\/|PrismaClient|SQLSTATE|syntax error at or near/

/** What is wrong with an answer; undefined when it is one that a client may get. */
export function faultOf(status: number, text: string): string | undefined {
  if (status >= 500) return `status ${status}`
  if (TRACES.test(text)) return 'shows its insides'
  if (/"code":"INTERNAL"/.test(text)) return 'an internal error'
  return undefined
}
