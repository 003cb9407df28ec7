import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { getNamedType, isInputObjectType } from 'graphql'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'

const QUESTIONS: Record<string, object[]> = {
  IdFilter: [{ isNull: true }, { isNull: false }, { in: [] }, { in: ['x', 'wo-\u0000'] }],
  DateTimeFilter: [
    { gte: '0000-01-01T00:00:00Z' },
    { gt: '0001-01-01T00:00:00Z', lt: '9999-12-31T23:59:59.999Z' },
    { lte: '9999-12-31T23:59:59-14:00' },
  ],
}

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

/** Every row of every table that a request could change. */
async function countRows(): Promise<unknown> {
  const found = await test.app.database.pool.query(
    `SELECT (SELECT count(*) FROM location) AS locations, (SELECT count(*) FROM work_order) AS orders,
            (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM webhook_endpoint) AS endpoints`,
  )
  return found.rows[0]
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${test.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...org.owner, ...headers },
    body,
  })
}

const deep = (levels: number) =>
  `{ locations { nodes { ${'children { nodes { '.repeat(levels)} id ${'} } '.repeat(levels)} } } }`

/** Every comparison of every list that has one, with what it could be asked. */
const comparisons = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
  const where = field.args.find((argument) => argument.name === 'where')
  const type = where === undefined ? undefined : getNamedType(where.type)
  if (where === undefined || !isInputObjectType(type)) return []
  return Object.values(type.getFields()).flatMap((compared) => {
    const asked = QUESTIONS[getNamedType(compared.type).name] ?? []
    return asked.map((question): [string, string, object, string] => [
      `${field.name}(where: { ${compared.name}: ${JSON.stringify(question)} })`,
      `query ($where: ${String(where.type)}) { ${field.name}(where: $where) { __typename } }`,
      { [compared.name]: question },
      field.name,
    ])
  })
})

describe('what a list can be asked', () => {
  it('is found in the schema', () => expect(comparisons.length).toBeGreaterThan(100))

  it.each(comparisons)('%s is answered', async (_name, query, where) => {
    const answer = await send(test.url, org.owner, query, { where })
    const codes = answer.errors.map((error) => error.extensions.code)
    expect(codes).not.toContain('INTERNAL')
  })
})

describe('requests that make no sense', () => {
  it.each([
    ['JSON cut off', '{"query": "{ vie'],
    ['JSON that is a number', '42'],
    ['JSON that is null', 'null'],
    ['an array of operations', '[{"query":"{ viewer { role } }"}]'],
    ['no query', '{}'],
    ['a query that is a number', '{"query": 42}'],
    ['an empty query', '{"query": ""}'],
    ['GraphQL cut off', '{"query": "{ viewer {"}'],
    ['an unknown field', '{"query": "{ viewer { secrets } }"}'],
    ['an unknown operation name', '{"query": "query A { viewer { role } }", "operationName": "B"}'],
    [
      'a variable of the wrong type',
      '{"query": "query ($id: ID!) { workOrder(id: $id) { id } }", "variables": {"id": {"a": 1}}}',
    ],
    ['a missing variable', '{"query": "query ($id: ID!) { workOrder(id: $id) { id } }"}'],
    ['variables that are a list', '{"query": "{ viewer { role } }", "variables": [1]}'],
    ['a fragment that contains itself', '{"query": "{ ...A } fragment A on Query { ...A }"}'],
    [
      'prototype names',
      '{"query": "{ __proto__ constructor }", "variables": {"__proto__": {"a": 1}}}',
    ],
  ])('%s: 400 with a code', async (_name, body) => {
    const response = await post(body)
    const text = await response.text()
    expect(response.status, text).toBe(400)
    expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT')
    expect(text).not.toContain('node_modules')
  })

  it.each([
    ['too deep', deep(12)],
    [
      'too many aliases',
      `{ viewer { ${Array.from({ length: 40 }, (_, n) => `a${n}: role`).join(' ')} } }`,
    ],
    ['too many directives', `{ viewer { ${'role @include(if: true) '.repeat(20)} } }`],
    [
      'too costly',
      '{ locations(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { id } } } } } } }',
    ],
  ])('%s: 400 with QUERY_TOO_COMPLEX', async (_name, query) => {
    const refused = await send(test.url, org.owner, query)
    expect(refused.status, JSON.stringify(refused.errors)).toBe(400)
    expect(refused.errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX')
  })

  it('a document of 10,000 tokens is refused before it is understood', async () => {
    const refused = await send(test.url, org.owner, `{ viewer { ${'role '.repeat(10_000)} } }`)
    expect(refused.status).toBe(400)
  })

  it('a body of 2 MB is refused with 413', async () => {
    const response = await post(
      JSON.stringify({ query: `{ viewer { role } } # ${'x'.repeat(2_000_000)}` }),
    )
    expect(response.status).toBe(413)
  })

  it('so is one that does not say how long it is', async () => {
    const sent = async (query: string) => {
      const answer = await request(`${test.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...org.owner },
        body: Readable.from([JSON.stringify({ query })]),
      })
      return [answer.statusCode, await answer.body.json()]
    }
    expect(await sent(`{ viewer { role } } # ${'x'.repeat(2_000_000)}`)).toMatchObject([413, {}])
    expect(await sent('{ viewer { role } }')).toMatchObject([200, { data: { viewer: {} } }])
  })

  it('another content type is refused with 415, a GET of an operation with 405', async () => {
    expect(
      (await post('query={viewer{role}}', { 'Content-Type': 'application/x-www-form-urlencoded' }))
        .status,
    ).toBe(415)
    const got = await fetch(
      `${test.url}/graphql?query=${encodeURIComponent('{ viewer { role } }')}`,
      {
        headers: { ...org.owner, Accept: 'application/json' },
      },
    )
    expect(got.status).toBe(405)
  })

  it.each([
    ['a null byte', 'Site\u0000'],
    ['a lone surrogate', 'Site \ud800'],
  ])('%s in a text is refused, in a variable and in the document', async (_name, name) => {
    const refused = [
      await send(test.url, org.owner, CreateLocation, { input: { name, kind: 'LOCATION' } }),
      await send(test.url, org.owner, `{ workOrder(id: ${JSON.stringify(name)}) { id } }`),
    ]
    expect(refused[0]?.errors[0]?.message).toBe(
      '$input.name must be well-formed text without null characters',
    )
    for (const { status, errors } of refused) {
      expect(status).toBe(400)
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
    }
  })

  it('bytes that are no HTTP end in a closed connection, and the server lives on', async () => {
    const { port, hostname } = new URL(test.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.resume()
    socket.write('\u0016\u0003\u0001 this is not HTTP\r\n\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    expect((await fetch(`${test.url}/health/live`)).status).toBe(200)
  })

  it('leave nothing behind', async () => {
    const before = await countRows()
    await post(
      '{"query": "mutation { locationCreate(input: {name: \\"A\\"}) { location { id } } }"}',
    )
    await send(
      test.url,
      org.owner,
      'mutation { locationDelete(input: {id: "loc-none"}) { deletedId } }',
    )
    expect(await countRows()).toEqual(before)
  })
})

describe('webhook endpoints', () => {
  it.each([
    ['an API key', async () => org.addApiKey(['work-orders:write']), 'FORBIDDEN', 403],
    ['a manager', async () => (await org.addUser('MANAGER')).credentials, 'FORBIDDEN', 403],
    ['nobody', async () => ({}), 'UNAUTHENTICATED', 401],
    [
      'an owner on the Basic plan',
      async () => (await addOrganization(test, 'BASIC')).owner,
      'PLAN_REQUIRED',
      403,
    ],
  ])('are not for %s', async (_name, credentials: () => Promise<Credentials>, code, status) => {
    const refused = await send(test.url, await credentials(), CreateEndpoint, {
      input: { url: 'https://example.com/hooks', eventTypes: ['*'] },
    })
    expect(refused.status).toBe(status)
    expect(refused.errors[0]?.extensions.code).toBe(code)
  })

  it.each([
    ['an unknown event type', { eventTypes: ['workorder.exploded'] }, 'eventTypes'],
    ['no event type', { eventTypes: [] }, 'eventTypes'],
    ['no URL', { url: 'not a url' }, 'url'],
    ['another protocol', { url: 'ftp://example.com/' }, 'url'],
    ['credentials in the URL', { url: 'https://user:pass@example.com/' }, 'url'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
    ['a metadata address', { url: 'http://169.254.169.254/latest/meta-data' }, 'url'],
    ['an odd spelling of a private address', { url: 'https://0xa000001/' }, 'url'],
    ['a reserved port', { url: 'https://example.com:22/' }, 'url'],
    [
      'a header of ours',
      { customHeaders: [{ name: 'X-Infodeck-Signature', value: 'x' }] },
      'customHeaders',
    ],
    [
      'a header that breaks the line',
      { customHeaders: [{ name: 'X-A', value: 'x\r\nY: z' }] },
      'customHeaders',
    ],
  ])('%s is a user error', async (_name, wrong, field) => {
    const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: 'https://example.com/hooks', eventTypes: ['workorder.created'], ...wrong },
    })
    expect(webhookEndpointCreate.endpoint).toBeNull()
    expect(webhookEndpointCreate.userErrors[0]?.path?.slice(0, 2)).toEqual(['input', field])
  })
})
