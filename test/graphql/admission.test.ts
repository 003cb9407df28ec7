import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  type Answer,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateEndpoint } from '../harness/documents.ts'
import { openSocket } from '../harness/live.ts'

const JSON_BODY = { 'Content-Type': 'application/json' }

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  // What is compiled or loaded once must not be counted for the first hostile request.
  await send(test.url, org.owner, getIntrospectionQuery())
  await send(test.url, {}, '{ __typename }')
})
afterAll(() => test[Symbol.asyncDispose]())

/** Far above what any refusal takes, the client's part included, and far below what was seen. */
const MAX_CPU_MS = 400

async function withinCpu<T>(work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage()
  const answer = await work()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS)
  return answer
}

async function refusalOf(
  credentials: Credentials,
  query: string,
  variables?: unknown,
): Promise<[number, string | undefined, string | undefined]> {
  const answer: Answer<unknown> = await withinCpu(() =>
    send(test.url, credentials, query, variables),
  )
  expect(answer.data ?? null).toBeNull()
  return [answer.status, answer.errors[0]?.extensions.code, answer.errors[0]?.message]
}

const ladder = (steps: number) =>
  `{ ...F0 } ${Array.from({ length: steps }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F${steps} on Query { __typename }`

const nested = (levels: number, of: [string, string]) => of[0].repeat(levels) + of[1].repeat(levels)

describe('before it is known who asks', () => {
  const nobody = {}

  it.each([25, 99])('a fragment ladder of %i steps is refused', async (steps) => {
    expect(await refusalOf(nobody, ladder(steps))).toMatchObject([
      400,
      'QUERY_TOO_COMPLEX',
      expect.stringMatching(/fields, fragments written out/),
    ])
  })

  it.each([
    ['that is not declared', '{ __typename }'],
    ['that is declared', 'query ($deep: String) { __typename @include(if: true) }'],
  ])('270,000 levels of brackets in a variable %s are refused', async (_name, query) => {
    const body = `{"query":${JSON.stringify(query)},"variables":{"deep":${nested(270_000, ['[', ']'])}}}`
    const response = await withinCpu(() =>
      fetch(`${test.url}/graphql`, {
        method: 'POST',
        headers: JSON_BODY,
        body,
      }),
    )
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errors: [{ message: 'The JSON is nested deeper than 64 levels' }] },
    ])
  })

  it('a JSON depth of 4,500 is no fault of the server', async () => {
    const body = `{"query":"{ __typename }","extensions":${nested(4_500, ['{"a":', '}']).replace('}', '1}')}}`
    const response = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: JSON_BODY,
      body,
    })
    expect(response.status).toBe(400)
  })

  it.each([
    ['selections', nested(1_900, ['{ a ', '}'])],
    ['lists', `{ nodes(ids: ${nested(1_900, ['[', ']'])}) { id } }`],
    ['objects', `{ workOrders(where: ${nested(1_900, ['{ not: ', '}'])}) { totalCount } }`],
    ['types of variables', `query ($a: ${nested(1_900, ['[', ']'])}) { __typename }`],
  ])('a document depth of 1,900, as %s, is refused', async (_name, query) => {
    const [status, code] = await refusalOf(org.owner, query)
    expect([status, code]).toEqual([400, 'QUERY_TOO_COMPLEX'])
  })

  it.each([
    ['the query of tools', getIntrospectionQuery()],
    ['a short one', '{ __type(name: "Query") { name } }'],
    ['one in a fragment', '{ ...F } fragment F on Query { __schema { queryType { name } } }'],
    [
      'one in a fragment that is not used',
      '{ __typename } fragment F on Query { __schema { __typename } }',
    ],
  ])('introspection is for known callers only: %s', async (_name, query) => {
    // Also when a known caller has had the same document parsed already.
    await send(test.url, org.owner, query)
    for (let n = 0; n < 2; n++) {
      const [status, code, message] = await refusalOf(nobody, query)
      expect([status, code]).toEqual([401, 'UNAUTHENTICATED'])
      expect(message).toContain('/schema.graphql')
    }
  })

  it('a long document is answered with who may send it', async () => {
    const query = `{ viewer { ${'role '.repeat(200)} } }`
    expect((await refusalOf(nobody, query)).slice(0, 2)).toEqual([401, 'UNAUTHENTICATED'])
    expect(
      (await refusalOf(nobody, `# ${'x'.repeat(10_000)}\n{ __typename }`)).slice(0, 2),
    ).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('a WebSocket ping with a deep payload closes its socket with 4400', async () => {
    for (const payload of [
      nested(5_000, ['{"a":', '}']).replace('}', '1}'),
      `{"a":"${'x'.repeat(20_000)}"}`,
    ]) {
      using socket = await openSocket(`${test.url.replace('http', 'ws')}/graphql`)
      socket.send(`{"type":"ping","payload":${payload}}`)
      expect((await socket.closed).code).toBe(4400)
    }
  })
})

describe('of a known caller', () => {
  it('the introspection query of ordinary tools is answered', async () => {
    const options = { inputValueDeprecation: true, specifiedByUrl: true, schemaDescription: true }
    for (const query of [getIntrospectionQuery(), getIntrospectionQuery(options)]) {
      const answer = await send(test.url, org.owner, query)
      expect(answer.status, JSON.stringify(answer.errors)).toBe(200)
    }
  })

  it('introspection is counted like any field', async () => {
    const fields = Array.from(
      { length: 30 },
      (_, n) => `a${n}: fields { type { name ofType { name } } }`,
    )
    const query = `{ __schema { types { ${fields.join(' ')} } } }`
    expect(await refusalOf(org.owner, query)).toMatchObject([
      400,
      'QUERY_TOO_COMPLEX',
      expect.stringMatching(/costs \d+ points.*"__schema\.types/),
    ])
  })

  it('40,000 ids are refused, as a variable and in the document', async () => {
    const ids = Array.from({ length: 40_000 }, () => 'wo-1')
    const asked = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    expect(await refusalOf(org.owner, asked, { ids })).toEqual([
      400,
      'BAD_USER_INPUT',
      'nodes(ids:) has 40000 entries; at most 100 are allowed',
    ])
    const literal = `{ nodes(ids: [${'"wo-1" '.repeat(101)}]) { id } }`
    expect((await refusalOf(org.owner, literal)).slice(0, 2)).toEqual([400, 'BAD_USER_INPUT'])
  })

  it('the length of a list is part of the cost', async () => {
    const costOf = async (count: number) => {
      const ids = Array.from({ length: count }, () => 'wo-1')
      const answer = await fetch(`${test.url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...org.owner } as Record<string, string>,
        body: JSON.stringify({
          query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
          variables: { ids },
        }),
      })
      return JSON.parse(await answer.text()).extensions.cost.points
    }
    expect(await costOf(100)).toBe(1 + 100 + 100)
    expect((await costOf(100)) - (await costOf(50))).toBe(100)
  })

  it('a condition inside a condition costs more than an entry of a list', async () => {
    const where = {
      or: Array.from({ length: 20 }, () => ({
        and: Array.from({ length: 20 }, () => ({ search: 'a' })),
      })),
    }
    const asked = 'query ($where: WorkOrderWhere) { workOrders(where: $where) { totalCount } }'
    expect((await refusalOf(org.owner, asked, { where })).slice(0, 2)).toEqual([
      400,
      'QUERY_TOO_COMPLEX',
    ])
  })

  it('an event type of 400,000 letters is refused for its length', async () => {
    const asked = 'query ($types: [EventType!]) { events(types: $types) { nodes { id } } }'
    const [status, code, message] = await refusalOf(org.owner, asked, {
      types: ['a'.repeat(400_000)],
    })
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(message?.length).toBeLessThan(500)
    expect(message).toContain('EventType has at most 100 characters')
  })

  it.each([
    ['a field', `{ ${'x'.repeat(90_000)} }`, {}],
    ['an argument', `{ workOrders(first: "${'x'.repeat(90_000)}") { totalCount } }`, {}],
    ['a number', `{ workOrders(first: ${'9'.repeat(90_000)}) { totalCount } }`, {}],
    [
      'a value',
      'query ($n: Int) { workOrders(first: $n) { totalCount } }',
      { n: 'x y '.repeat(90_000) },
    ],
    [
      'a name in a value',
      'query ($w: EventWhere) { events(where: $w) { nodes { id } } }',
      { w: { ['x'.repeat(90_000)]: 1 } },
    ],
    ['an id', 'query ($id: ID!) { node(id: $id) { id } }', { id: 'x'.repeat(90_000) }],
    [
      'a text',
      'query ($s: String) { workOrders(where: { search: $s }) { totalCount } }',
      { s: 'x'.repeat(90_000) },
    ],
  ])('%s of 90,000 characters is not repeated in the answer', async (_name, query, variables) => {
    const [status, code, message] = await refusalOf(org.owner, query, variables)
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(message?.length).toBeLessThan(500)
  })

  it('of many errors the first few are told', async () => {
    const fields = Array.from({ length: 400 }, (_, n) => `workOrder${n}`)
    const answer = await withinCpu(() => send(test.url, org.owner, `{ ${fields.join(' ')} }`))
    expect(answer.status).toBe(400)
    expect(answer.errors.length).toBeLessThanOrEqual(6)
  })

  it.each([
    ['one name 490 times', `{ viewer { ${'role '.repeat(490)} } }`],
    [
      'one name in many fragments',
      `{ ...A0 } ${Array.from({ length: 90 }, (_, n) => `fragment A${n} on Query { viewer { role role role role } ...A${n + 1} }`).join(' ')} fragment A90 on Query { __typename }`,
    ],
    [
      'fragments that nobody uses',
      `{ __typename } ${Array.from({ length: 9 }, (_, n) => `fragment A${n} on Query { ${'viewer { role } '.repeat(100)} }`).join(' ')}`,
    ],
    [
      'a hundred variables in twenty operations',
      Array.from(
        { length: 20 },
        (_, n) =>
          `query A${n}(${Array.from({ length: 40 }, (_v, v) => `$v${v}: Int`).join(' ')}) { __typename }`,
      ).join(' '),
    ],
  ])('what validation compares is bounded: %s', async (_name, query) => {
    const answer = await withinCpu(() => send(test.url, org.owner, query))
    expect([200, 400]).toContain(answer.status)
  })

  it.each([
    [
      'thirty schemas of every event',
      `{ eventTypes { ${Array.from({ length: 30 }, (_, n) => `a${n}: jsonSchema`).join(' ')} } }`,
    ],
  ])('%s cost more than a request may', async (_name, query) => {
    expect((await refusalOf(org.owner, query)).slice(0, 2)).toEqual([400, 'QUERY_TOO_COMPLEX'])
  })

  it('looking for events that nothing matches is part of the cost', async () => {
    const pointsOf = async (args: string) => {
      const answer = await fetch(`${test.url}/graphql`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...org.owner } as Record<string, string>,
        body: JSON.stringify({ query: `{ events${args} { nodes { id } } }` }),
      })
      return JSON.parse(await answer.text()).extensions.cost.points
    }
    const all = await pointsOf('')
    expect(await pointsOf('(types: ["asset.deleted"])')).toBe(all + 100 + 1)
  })

  it('a payload document is admitted like any other', async () => {
    const steps = Array.from(
      { length: 25 },
      (_, n) => `fragment F${n} on EventEnvelope { ...F${n + 1} ...F${n + 1} }`,
    )
    const payload = `subscription { events { ...F0 } } ${steps.join(' ')} fragment F25 on EventEnvelope { id }`
    const answer: Answer<{ webhookEndpointCreate: { userErrors: { message: string }[] } }> =
      await withinCpu(() =>
        send(test.url, org.owner, CreateEndpoint, {
          input: { url: 'https://example.com/hooks', eventTypes: ['*'], payload },
        }),
      )
    expect(answer.data.webhookEndpointCreate.userErrors[0]?.message).toContain(
      'fragments written out',
    )
  })
})
