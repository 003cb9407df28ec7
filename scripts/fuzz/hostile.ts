import {
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type Random, randomFrom } from './random.ts'

/** Something sent to make the server work: a body over HTTP, or frames over WebSocket. */
export type Hostile =
  | { kind: 'http'; name: string; body: string; headers: Record<string, string> }
  | { kind: 'socket'; name: string; frames: string[] }

/** Bytes of a body, and of all headers together. */
const MOST_BYTES = 990_000
const MOST_HEADER = 14_000

type Made = { query?: unknown; variables?: unknown; body?: string; [name: string]: unknown }

/** Requests whose work might grow faster than their length; of every kind small and large ones. */
export function createHostile(schema: GraphQLSchema, seed: number): () => Hostile {
  const random = randomFrom(seed)
  const { pick, chance, size } = random
  const documents = documentsOf(schema, random)
  const values = valuesOf(random)
  const makers: Record<string, () => Made> = { ...documents, ...values }
  const names = Object.keys(makers)

  function headers(): Record<string, string> {
    const given: Record<string, string> = { 'content-type': 'application/json' }
    if (!chance(0.05)) return given
    const long = size(MOST_HEADER)
    return {
      ...given,
      ...pick([
        { accept: 'a/b;q=0.1,'.repeat(long / 10) },
        { 'content-type': `application/json;${' '.repeat(long)}x` },
        { 'idempotency-key': 'k'.repeat(long) },
        { accept: `text/event-stream${' '.repeat(long)}` },
      ]),
    }
  }

  function frames(request: Made): string[] {
    const deep = size(100_000)
    const payload = `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`
    return pick([
      [JSON.stringify({ type: 'subscribe', id: 'a', payload: { query: '', ...request } })],
      [`{"type":"${pick(['ping', 'pong', 'connection_init'])}","payload":${payload}}`],
      [JSON.stringify({ type: 'complete', id: 'x'.repeat(size(MOST_BYTES)) })],
      Array.from({ length: size(500) }, () => '{"type":"ping","payload":{"a":[1,2,3]}}'),
      ['{"type":'.repeat(size(50_000))],
    ])
  }

  return () => {
    const name = pick(names)
    const made = makers[name]?.() ?? {}
    if (chance(0.05)) return { kind: 'socket', name, frames: frames(made) }
    const body = made.body ?? JSON.stringify(made)
    return { kind: 'http', name, body: body.slice(0, MOST_BYTES), headers: headers() }
  }
}

/** Documents; some fit for the schema and some not. */
function documentsOf(schema: GraphQLSchema, { pick, chance, size }: Random) {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {})
  const objects = Object.values(schema.getTypeMap()).filter(isObjectType)
  const times = (count: number, make: (n: number) => string, between = ' ') =>
    Array.from({ length: count }, (_, n) => make(n)).join(between)
  const some = () =>
    pick(['role', '__typename', 'organization { id }', 'nonsense', 'user { id name }'])

  return {
    ladder() {
      const [steps, width] = [size(300), 1 + size(4)]
      const [key, type] = pick([
        ['', 'Query'],
        ['viewer', 'Viewer'],
        ['nonsense', 'Nonsense'],
      ] as const)
      const part = (n: number) =>
        `fragment F${n} on ${type} { ${times(width, (w) => (chance(0.1) ? `a${w}: __typename` : `...F${n + 1}`))} }`
      const root = key === '' ? '...F0' : `${key} { ...F0 }`
      const end = chance(0.2) ? '' : `fragment F${steps} on ${type} { __typename }`
      return { query: `{ ${root} } ${times(steps, part)} ${end}` }
    },
    cycle() {
      const count = 1 + size(300)
      const part = (n: number) =>
        `fragment F${n} on Query { ${some()} ...F${(n + 1) % count} ...F${(n * 7) % count} }`
      return { query: `{ ...F0 } ${times(count, part)}` }
    },
    repeated() {
      const field = some()
      const count = size(4_000)
      const inner = times(count, (n) => (chance(0.01) ? `a${n}: ${field}` : field))
      return { query: `{ ${times(1 + size(20), () => `viewer { ${inner} }`)} }` }
    },
    conflicts() {
      const lines = '\n'.repeat(size(90_000))
      const count = size(1_000)
      const parts = times(count, (n) => `workOrders(first: ${n}) { totalCount }`)
      const halves = times(
        2,
        (h) => `viewer { ${times(count / 4, (n) => `f${n}: ${h === 0 ? 'role' : 'id'}`)} }`,
      )
      return { query: `${lines}{ ${pick([parts, halves])} }` }
    },
    aliases() {
      const field = pick(roots)
      return { query: `{ ${times(size(2_000), (n) => `a${n}: ${field.name} { __typename }`)} }` }
    },
    deep() {
      const levels = size(100_000)
      const [open, close] = pick([
        ['{ a ', '}'],
        ['{ nodes(ids: [', '])}'],
        ['(a: {a: ', '})'],
        ['[', ']'],
        ['query ($a: [', '])'],
        ['{ parent ', '}'],
        ['{ ... on Query ', '}'],
      ] as const)
      return { query: open.repeat(levels) + (chance(0.5) ? close.repeat(levels) : '') }
    },
    introspection() {
      if (chance(0.1)) return { query: getIntrospectionQuery() }
      const part = () =>
        pick([
          'fields',
          'inputFields',
          'interfaces',
          'possibleTypes',
          'enumValues',
          'ofType',
          'args',
          'type',
        ])
      const levels = size(40)
      const inner = `${times(levels, () => `${part()} { name `)} ${'}'.repeat(levels)}`
      const root = pick([
        '__schema { types',
        '__schema { directives',
        '__type(name: "Query") { fields',
        '__schema { queryType',
      ])
      return { query: `{ ${root} { ${times(1 + size(30), (n) => `a${n}: name ${inner}`)} } } }` }
    },
    words() {
      const count = size(400_000)
      const long = pick([
        'x',
        '_',
        '9',
        '-1',
        '1.',
        '"',
        '"""',
        '\\u0000',
        '#',
        '\n',
        '\r',
        ',',
        ' ',
        '\uFEFF',
        '😀',
        '\uD800',
        '@',
        '$',
        '...',
        '"a\\n"',
        '"""\n \n',
      ])
      return {
        query: pick([
          `{ ${long.repeat(count)} }`,
          `{ node(id: "${long.repeat(count)}") { id } }`,
          long.repeat(count),
          `query ${long.repeat(count)} { __typename }`,
          `{ node(id: """${long.repeat(count)}""") { id } }`,
        ]),
      }
    },
    directives() {
      const list = times(size(2_000), () =>
        pick([
          '@skip(if: true)',
          '@include(if: false)',
          '@nope',
          '@idempotent(key: "a")',
          '@deprecated',
        ]),
      )
      return {
        query: pick([
          `{ viewer ${list} { role } }`,
          `query ${list} { __typename }`,
          `{ ... ${list} { __typename } }`,
        ]),
      }
    },
    definitions() {
      const count = size(700)
      const one = pick([
        (n: number) => `query Q${n} { __typename }`,
        (n: number) => `fragment F${n} on Query { __typename }`,
        () => 'query Q { viewer { role } }',
        (n: number) => `type T${n} { a: Int }`,
        (n: number) => `query Q${n}(${times(20, (v) => `$v${v}: Int = 1`)}) { __typename }`,
      ])
      return {
        query: times(count, one),
        operationName: chance(0.5) ? 'Q1' : 'x'.repeat(size(100_000)),
      }
    },
    misspelt() {
      const type = pick(objects)
      const names = [...Object.keys(type.getFields()), 'workOrders', 'webhookEndpoints']
      const wrong = () => `${pick(names)}${'xyz'.slice(size(3))}`
      const list = times(size(1_000), wrong)
      return {
        query: pick([
          `{ ${list} }`,
          `{ viewer { ${list} } }`,
          `{ node(id: "a") { ... on ${wrong()} { ${list} } } }`,
          `{ workOrders(${times(size(300), () => `${wrong()}: 1`)}) { totalCount } }`,
        ]),
      }
    },
    lists() {
      const field = pick(
        roots.filter(({ args }) =>
          args.some(({ type }) => isListType(isNonNullType(type) ? type.ofType : type)),
        ),
      )
      const arg = field.args.find(({ type }) =>
        isListType(isNonNullType(type) ? type.ofType : type),
      )
      if (arg === undefined) return {}
      const list = Array.from({ length: size(100_000) }, () =>
        pick(['wo-1', 'x', 'workorder.created']),
      )
      const selection =
        isObjectType(getNamedType(field.type)) || field.name === 'nodes' ? '{ __typename }' : ''
      const uses = times(
        chance(0.5) ? 1 : size(500),
        () => `${field.name}(${arg.name}: $list) ${selection}`,
      )
      return { query: `query ($list: ${String(arg.type)}) { ${uses} }`, variables: { list } }
    },
    pages() {
      const levels = 1 + size(8)
      const page = `(first: ${pick([1, 20, 100, 1_000])})`
      const open = times(levels, () => `children${page} { nodes { id `)
      return {
        query: `{ ${times(1 + size(30), (n) => `a${n}: locations${page} { nodes { id ${open} ${'} }'.repeat(levels)} } }`)} }`,
      }
    },
    catalogue() {
      const fields = times(
        1 + size(30),
        (n) => `a${n}: ${pick(['jsonSchema', 'example', 'filterFields', 'name'])}`,
      )
      const events = `events(first: 100, types: ["${pick(['workorder.*', 'asset.deleted', 'x'.repeat(size(400_000))])}"]) { nodes { id data } }`
      return {
        query: pick([
          `{ eventTypes { ${fields} } }`,
          `{ ${times(size(30), (n) => `b${n}: ${events}`)} }`,
        ]),
      }
    },
  }
}

/** Variables and bodies. */
function valuesOf({ pick, chance, size }: Random) {
  const where = 'query ($v: WorkOrderWhere, $s: String) { workOrders(where: $v) { totalCount } }'
  return {
    nested() {
      const levels = size(200_000)
      const [open, close] = pick([
        ['[', ']'],
        ['{"and":[', ']}'],
        ['{"not":', '}'],
        ['{"a":', '}'],
      ] as const)
      const value = `${open.repeat(levels)}${open.endsWith(':') ? '1' : ''}${close.repeat(levels)}`
      const key = pick(['variables', 'extensions', 'operationName', 'query', 'x'])
      const inner = key === 'variables' ? `{"${pick(['v', 'undeclared'])}":${value}}` : value
      return { body: `{"query":${JSON.stringify(where)},"${key}":${inner}}` }
    },
    wide() {
      const count = size(60_000)
      const entry = pick([
        () => ({}),
        (n: number) => ({ search: `w${n}` }),
        (n: number) => n,
        () => null,
        () => ({ and: [{}, {}] }),
      ])
      const list = Array.from({ length: count }, (_, n) => entry(n))
      const v = pick([
        { and: list },
        { or: [{ or: list }] },
        { types: list },
        Object.fromEntries(list.map((_item, n) => [`k${n}`, n])),
        list,
      ])
      return { query: where, variables: { v } }
    },
    long() {
      const text = pick(['x', 'x y ', '\0', '\uD800', '"', '\\', '9', '😀', '-', 'é']).repeat(
        size(200_000),
      )
      const query = pick([
        where,
        'query ($s: ID!) { node(id: $s) { id } }',
        'query ($s: DateTime) { workOrders(where: { created: { gt: $s } }) { totalCount } }',
        'query ($s: EventCursor) { events(after: $s) { nodes { id } } }',
        'query ($s: Int) { workOrders(first: $s) { totalCount } }',
        'query ($s: LocationKind!) { locations(where: { kinds: [$s] }) { totalCount } }',
        'mutation ($s: String!) { signIn(input: { email: $s, password: $s }) { accessToken } }',
      ])
      return { query, variables: { s: text, v: { search: text, [text]: text } } }
    },
    body() {
      const count = size(400_000)
      return {
        body: pick([
          '['.repeat(count),
          `[${'1,'.repeat(count)}1]`,
          `{"query":"${'\\u0000'.repeat(count / 6)}"}`,
          '9'.repeat(count),
          `{${'"a":1,'.repeat(count / 6)}"query":"{ __typename }"}`,
          ' '.repeat(count),
          `{"query":"{ __typename }","${'k'.repeat(count)}":1}`,
          chance(0.5) ? '"'.repeat(count) : '\\'.repeat(count),
        ]),
      }
    },
  }
}
