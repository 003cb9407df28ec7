import { auditServer } from 'graphql-http'
import { isInterfaceType, isObjectType } from 'graphql'
import { createClient } from 'graphql-sse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'

// Clients that know the standards and nothing of us.

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const GRAPHQL_RESPONSE = 'application/graphql-response+json'

const post = (query: string, accept: string) =>
  fetch(`${test.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept, ...org.owner },
    body: JSON.stringify({ query }),
  })

describe('GraphQL over HTTP', () => {
  /** Of the SHOULDs; docs/rest.md says why. */
  const REFUSED = [
    'SHOULD use 200 status code on document parsing failure when accepting application/json',
    'SHOULD use 200 status code on document validation failure when accepting application/json',
    'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
  ]

  it('the audits of graphql-http pass: every MUST, and every SHOULD that is not refused with a reason', async () => {
    const results = await auditServer({
      url: `${test.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers)
        for (const [name, value] of Object.entries(org.owner)) headers.set(name, value)
        return fetch(url, { ...init, headers })
      },
    })
    expect(results.length).toBeGreaterThan(50)
    const failed = results.filter(({ status }) => status === 'error' || status === 'warn')
    expect(failed.map(({ name }) => name)).toEqual(REFUSED)
  })

  it('an answer with some data is 2xx for who accepts application/graphql-response+json', async () => {
    const partial = '{ viewer { role } node(id: "none") { id } }'
    const answer = await post(partial, `${GRAPHQL_RESPONSE}, application/json;q=0.9`)
    expect(answer.status).toBe(200)
    expect(JSON.parse(await answer.text())).toMatchObject({
      data: { viewer: { role: 'OWNER' }, node: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
    expect((await post('{ nothing }', GRAPHQL_RESPONSE)).status).toBe(400)
    expect((await post(partial, 'application/json')).status).toBe(400)
  })

  it.each([
    ['GET', 'application/json', 'sent by POST'],
    ['GET', 'text/event-stream', 'EventSource can do neither'],
    ['PUT', 'text/event-stream', 'singleConnection'],
    ['DELETE', '*/*', 'singleConnection'],
  ])('%s with Accept: %s is told what to do instead', async (method, accept, words) => {
    const answer = await fetch(`${test.url}/graphql?query={viewer{role}}`, {
      method,
      headers: { Accept: accept, ...org.owner },
    })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toContain('POST')
    expect(JSON.parse(await answer.text()).errors[0].message).toContain(words)
  })
})

describe('graphql-sse', () => {
  /** Everything that its client hears of one operation. */
  function hear(query: string): Promise<{ items: unknown[]; failure?: unknown }> {
    const client = createClient({
      url: `${test.url}/graphql`,
      headers: { ...org.owner },
      retryAttempts: 0,
    })
    const items: unknown[] = []
    return new Promise((resolve) => {
      client.subscribe(
        { query },
        {
          next: (item) => items.push(item),
          error: (failure) => resolve({ items, failure }),
          complete: () => resolve({ items }),
        },
      )
    })
  }

  it('hears in the stream what is wrong with its document', async () => {
    for (const query of ['subscription { nope }', '{ viewer { nope } }', '{ broken']) {
      const { items, failure } = await hear(query)
      expect(failure).toBeUndefined()
      expect(items).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }])
    }
  })

  it('hears of refused credentials by the status', async () => {
    const answer = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'text/event-stream',
        'X-Api-Key': `idt_live_${'x'.repeat(32)}`,
      },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    })
    expect(answer.status).toBe(401)
  })
})

describe('clients that keep records by their id (Relay, Apollo, urql)', () => {
  it('find an `id` only on what is known by it alone', () => {
    const known = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) || isInterfaceType(type))
      .filter((type) => 'id' in type.getFields())
      .filter(
        (type) => ![type.name, ...type.getInterfaces().map(({ name }) => name)].includes('Node'),
      )
    // Each has ids of its own kind: chk-, att-, evt_, lab-, use-, wha-, cmt-.
    expect(known.map(({ name }) => name).toSorted()).toEqual([
      'Attachment',
      'ChecklistItem',
      'EventEnvelope',
      'Labor',
      'PartUse',
      'WebhookAttempt',
      'WorkOrderComment',
    ])
  })
})

describe('pages of other origins', () => {
  it('may read the headers that a client needs, and use every method of REST', async () => {
    const origin = 'https://app.example.com'
    await using open = await startTestApp({ CORS_ORIGINS: origin })
    const address = `${open.url}/api/v2/organizations/o-1/work-orders`
    const preflight = await fetch(address, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PATCH' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toMatch(/PUT.*PATCH.*DELETE/)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match')
    const exposed = (await fetch(address, { headers: { Origin: origin } })).headers.get(
      'access-control-expose-headers',
    )
    for (const name of ['etag', 'link', 'location', 'retry-after', 'x-request-id']) {
      expect(exposed).toContain(name)
    }
  })
})
