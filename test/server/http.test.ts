import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseEncoding } from '../../src/server/pages/static-file.ts'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { exchange } from '../harness/raw-http.ts'

const ORIGIN = 'https://app.example.com'

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const QUERY = JSON.stringify({ query: '{ viewer { role } }' })
const post = (headers: Record<string, string> = {}, body = QUERY) =>
  fetch(`${test.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...org.owner, ...headers },
    body,
  })
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${test.url}${path}`, { headers, redirect: 'manual' })
/** By hand, as fetch decodes what it gets. */
const raw = (text: string | Buffer) => exchange(test.url, text)

describe('every answer', () => {
  const answers: [string, () => Promise<Response>][] = [
    ['a query', () => post()],
    ['a refused query', () => post({ Authorization: 'Bearer x' })],
    ['a broken query', () => post({}, '{')],
    ['another content type', () => post({ 'Content-Type': 'text/plain' })],
    ['no media type that is answered', () => post({ Accept: 'image/png' })],
    ['a GET', () => get('/graphql?query={viewer{role}}')],
    [
      'a session operation of another page',
      () =>
        fetch(`${test.url}/graphql/session`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Origin: ORIGIN },
          body: QUERY,
        }),
    ],
    ['GraphiQL', () => get('/graphql', { Accept: 'text/html' })],
    ['a part of GraphiQL', () => get('/graphiql/graphiql.css')],
    ['a part that is none', () => get('/graphiql/other.js')],
    ['the schema', () => get('/schema.graphql')],
    ['the REST document', () => get('/api/v2/openapi.json')],
    ['the page of it', () => get('/api/v2/docs')],
    ['a REST call', () => get('/api/v2/organizations/o-1/work-orders', { ...org.owner })],
    ['a REST call that is none', () => get('/api/v2/organizations/o-1/nothing')],
    ['a live check', () => get('/health/live')],
    ['a ready check', () => get('/health/ready')],
    ['the root', () => get('/')],
    ['an unknown path', () => get('/nothing')],
    ['a refused method', () => fetch(`${test.url}/schema.graphql`, { method: 'DELETE' })],
    ['OPTIONS', () => fetch(`${test.url}/graphql`, { method: 'OPTIONS' })],
    [
      'a preflight',
      () =>
        fetch(`${test.url}/graphql`, {
          method: 'OPTIONS',
          headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
        }),
    ],
  ]

  it.each(answers)('has the safe headers and an id: %s', async (_what, ask) => {
    const { headers } = await ask()
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBeTruthy()
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers.get('x-powered-by')).toBeNull()
    // Without CORS_ORIGINS no page of another origin may read anything.
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('carries the id that the client gave, if it is a sane one', async () => {
    const idOf = async (given: string) =>
      (await get('/health/live', { 'X-Request-Id': given })).headers.get('x-request-id')
    expect(await idOf('order-4711.retry_2')).toBe('order-4711.retry_2')
    expect(await idOf('x'.repeat(128))).toBe('x'.repeat(128))
    for (const odd of ['x'.repeat(129), 'a b', '{"a":1}', 'ä', '']) {
      expect(await idOf(encodeURI(odd))).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('to what is refused says what would be taken, in JSON', async () => {
    const told = async (response: Response) => [
      response.status,
      response.headers.get('allow'),
      JSON.parse(await response.text()).errors[0].extensions.code,
    ]
    expect(await told(await get('/graphql?query={viewer{role}}'))).toEqual([
      405,
      'POST',
      'BAD_USER_INPUT',
    ])
    const put = await fetch(`${test.url}/graphql`, { method: 'PUT', body: QUERY })
    expect(await told(put)).toEqual([405, 'GET, HEAD, POST', 'BAD_USER_INPUT'])
    const text = await post({ 'Content-Type': 'text/plain' })
    expect(text.headers.get('accept-post')).toBe('application/json')
    expect(await told(text)).toEqual([415, null, 'BAD_USER_INPUT'])
    expect(await told(await post({ Accept: 'image/png' }))).toEqual([406, null, 'BAD_USER_INPUT'])
    const stream = await post(
      { Accept: 'application/json' },
      JSON.stringify({ query: 'subscription { events { __typename } }' }),
    )
    expect(await told(stream)).toEqual([406, null, 'BAD_USER_INPUT'])
  })
})

describe('pages of other origins', () => {
  it('may use the API where they are configured, without credentials', async () => {
    await using open = await startTestApp({ CORS_ORIGINS: `${ORIGIN},https://b.example.com` })
    interface Asked {
      method: string
      headers: Record<string, string>
      body?: string
    }
    const ask = (origin: string, { headers, ...init }: Asked) =>
      fetch(`${open.url}/graphql`, { ...init, headers: { ...headers, Origin: origin } })
    const body = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: QUERY }
    const answered = await ask(ORIGIN, body)
    expect(answered.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(answered.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answered.headers.get('vary')).toContain('Origin')
    for (const name of ['ratelimit-remaining', 'retry-after', 'x-request-id']) {
      expect(answered.headers.get('access-control-expose-headers')).toContain(name)
    }
    const preflight = { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'POST' } }
    const allowed = await ask('https://b.example.com', preflight)
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-api-key')
    expect(Number(allowed.headers.get('access-control-max-age'))).toBeGreaterThan(600)
    for (const other of ['https://evil.example', 'null', `${ORIGIN}.evil.example`]) {
      const refused = await ask(other, preflight)
      expect(refused.status).toBe(403)
      expect((await ask(other, body)).headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('what is only to be read', () => {
  it('the schema is at an address, compressed as the client takes it, and not sent twice', async () => {
    const answer = await get('/schema.graphql')
    const text = await answer.text()
    expect(Object.keys(buildSchema(text).getTypeMap())).toContain('WorkOrder')
    const plain = await raw('GET /schema.graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(plain.body.toString()).toBe(text)
    const encoded = async (encoding: string) => {
      const made = await raw(
        `GET /schema.graphql HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`,
      )
      expect(made.headers['content-encoding']).toBe(encoding)
      expect(made.headers['vary']).toContain('Accept-Encoding')
      return made.body
    }
    expect(brotliDecompressSync(await encoded('br')).toString()).toBe(text)
    expect(gunzipSync(await encoded('gzip')).toString()).toBe(text)
    const etag = answer.headers.get('etag') ?? ''
    const again = await get('/schema.graphql', { 'If-None-Match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await raw('HEAD /schema.graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(text))
  })

  it.each([
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br ; q=0.1', 'br'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['identity', 'identity'],
    ['br;q=nonsense', 'identity'],
  ])('Accept-Encoding "%s" is answered with %s', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding)
  })

  it('the page of the REST document needs no script and no other host', async () => {
    const page = await get('/api/v2/docs')
    const html = await page.text()
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(html).not.toMatch(/<script|\ssrc=|<link|\son\w+=|href="https?:/)
    const document = JSON.parse(await (await get('/api/v2/openapi.json')).text())
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(Object(methods)).map((operation) => Object(operation).operationId),
    )
    expect(ids.length).toBeGreaterThan(200)
    expect(ids.filter((id) => !html.includes(`<details id="${id}">`))).toEqual([])
    expect(html.length).toBeLessThan(1_000_000)
  })

  it('GraphiQL is a small page whose parts browsers keep, with nothing in line', async () => {
    const page = await get('/graphql', { Accept: 'text/html' })
    const html = await page.text()
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(html.length).toBeLessThan(400_000)
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    const [, script = ''] = /<script defer src="([^"]+)"/.exec(html) ?? []
    const part = await get(`/${script}`)
    expect(part.status).toBe(200)
    expect(part.headers.get('cache-control')).toContain('immutable')
    expect((await part.text()).length).toBeGreaterThan(1_000_000)
    const parts = await get('/graphiql/introspection.json')
    expect(JSON.parse(await parts.text()).data.__schema.types.length).toBeGreaterThan(100)
  })
})
