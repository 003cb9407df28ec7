import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { exchange } from '../harness/raw-http.ts'

// Bytes that no client library would send, over sockets of our own.

let test: TestApp
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
})
afterAll(() => test[Symbol.asyncDispose]())

const request = (line: string, ...headers: string[]) =>
  `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
const get = (target: string, ...headers: string[]) =>
  request(`GET ${target} HTTP/1.1`, ...(headers.length === 0 ? ['Host: a'] : headers))
const upgrade = (target: string, ...headers: string[]) =>
  `${[
    `GET ${target} HTTP/1.1`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    ...(headers.length === 0 ? ['Host: a'] : headers),
  ].join('\r\n')}\r\n\r\n`
const KEY = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`
const VERSION = 'Sec-WebSocket-Version: 13'
const QUERY = '{"query":"{ viewer { role } }"}'
const graphql = (...headers: string[]) =>
  `${[
    'POST /graphql HTTP/1.1',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${QUERY.length}`,
    ...headers,
  ].join('\r\n')}\r\n\r\n${QUERY}`

/** No stack, no path of a file, no library, no quotation of what was sent. */
const TELLTALE = /^ +at |node_modules|\/src\/|file:|node:|Error:/m

async function send(bytes: string | Buffer) {
  const answer = await exchange(test.url, bytes)
  const text = answer.body.toString()
  expect(text).not.toMatch(TELLTALE)
  expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]+$/)
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  return { ...answer, text, error: JSON.parse(text).errors?.[0] }
}

describe('a malformed request is refused in JSON, without stack or path:', () => {
  it.each<[string, number, string | Buffer]>([
    ['a Host that is no address', 400, get('/graphql', 'Host: [::1')],
    ['such a Host of an operation', 400, graphql('Host: [::1')],
    ['a Host with a path', 400, graphql('Host: a/../b')],
    ['a Host with a user', 400, graphql('Host: me@a')],
    ['a Host with spaces', 400, graphql('Host: a b')],
    ['a Host with a bad port', 400, graphql('Host: a:port')],
    ['a port that is too high', 400, graphql('Host: a:99999')],
    ['an empty Host', 400, graphql('Host: ')],
    ['no Host', 400, graphql()],
    ['two Hosts', 400, graphql('Host: a', 'Host: b')],
    ['percent signs in a Host', 400, graphql('Host: %zz')],
    ['absolute form with a broken host', 400, get('http://[::1/graphql')],
    ['absolute form of another scheme', 400, get('ftp://a/graphql')],
    ['a star', 400, get('*')],
    ['no slash', 400, get('graphql')],
    ['two slashes', 404, get('//graphql')],
    ['another host after two slashes', 404, get('//evil.example/graphql')],
    ['dots', 404, get('/../../etc/passwd')],
    ['percent garbage', 404, get('/%zz%00%c0%ae')],
    ['percent garbage below a folder', 404, get('/graphiql/%zz/../../src/main.ts')],
    ['a name of the prototype', 404, get('/graphiql/__proto__')],
    ['CONNECT', 405, request('CONNECT a:443 HTTP/1.1', 'Host: a:443')],
    ['TRACE', 405, request('TRACE /graphql HTTP/1.1', 'Host: a')],
    ['PROPFIND', 405, request('PROPFIND /graphql HTTP/1.1', 'Host: a')],
    ['a method that is none', 400, request('FROB /graphql HTTP/1.1', 'Host: a')],
    ['another version of HTTP', 400, request('GET / HTTP/9.9', 'Host: a')],
    ['no version', 400, 'GET /\r\n\r\n'],
    ['TLS', 400, Buffer.from('160301020001000102030303', 'hex')],
    ['noise', 400, Buffer.from('\u0000\u0001\u0002\r\n\r\n')],
    ['17 kB of headers', 431, get('/health/live', 'Host: a', `X: ${'x'.repeat(17_000)}`)],
    ['17 kB of a target', 431, get(`/${'x'.repeat(17_000)}`)],
    [
      '300 headers',
      431,
      get('/health/live', 'Host: a', ...Array.from({ length: 300 }, (_, n) => `X${n}: 1`)),
    ],
    ['a space before a colon', 400, get('/', 'Host: a', 'X-A : 1')],
    ['a header that is none', 400, get('/', 'Host: a', 'nothing')],
    ['a null in a header', 400, get('/', 'Host: a', 'X: \u0000')],
    ['two lengths', 400, graphql('Host: a', 'Content-Length: 3')],
    ['a length beside chunks', 400, graphql('Host: a', 'Transfer-Encoding: chunked')],
    ['a length that is none', 400, request('POST / HTTP/1.1', 'Host: a', 'Content-Length: x')],
    [
      'a chunk size that is none',
      400,
      `${request('POST /graphql HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
    ],
    ['an expectation', 417, get('/', 'Host: a', 'Expect: 200-ok')],
    ['an upgrade elsewhere', 404, upgrade('/other')],
    ['an upgrade of a page', 404, upgrade('/schema.graphql')],
    ['an upgrade with a bad Host', 400, upgrade('/graphql', 'Host: [::1', KEY, VERSION)],
    ['an upgrade with two Hosts', 400, upgrade('/graphql', 'Host: a', 'Host: b', KEY, VERSION)],
    ['an upgrade without a key', 400, upgrade('/graphql', 'Host: a', VERSION)],
    [
      'an upgrade with a bad key',
      400,
      upgrade('/graphql', 'Host: a', 'Sec-WebSocket-Key: short', VERSION),
    ],
    [
      'an upgrade of version 7',
      400,
      upgrade('/graphql', 'Host: a', KEY, 'Sec-WebSocket-Version: 7'),
    ],
    [
      'an upgrade with a broken target',
      400,
      upgrade('http://[::1/graphql', 'Host: a', KEY, VERSION),
    ],
  ])('%s (%i)', async (_what, status, bytes) => {
    const answer = await send(bytes)
    expect(answer.status).toBe(status)
    expect(answer.error.extensions.code).toBe('BAD_USER_INPUT')
    expect(answer.error.message.length).toBeLessThan(120)
    expect((await fetch(`${test.url}/health/live`)).status).toBe(200)
  })

  it.each<[string, number, string]>([
    ['absolute form', 200, get('http://a/health/live')],
    ['absolute form of GraphQL', 401, graphql('Host: a').replace('/graphql', 'http://b/graphql')],
    ['a query behind GraphQL', 401, graphql('Host: a').replace('/graphql', '/graphql?a=%zz')],
    ['the older HTTP without Host', 200, request('GET /health/live HTTP/1.0')],
    ['IPv6', 200, get('/health/live', 'Host: [::1]:4000')],
    ['OPTIONS of the whole server', 204, request('OPTIONS * HTTP/1.1', 'Host: a')],
    [
      'an offer of HTTP/2 beside the request',
      200,
      request('GET /health/live HTTP/1.1', 'Host: a', 'Upgrade: h2c', 'HTTP2-Settings: AAM'),
    ],
  ])('but this is none: %s (%i)', async (_what, status, bytes) => {
    expect((await exchange(test.url, bytes)).status).toBe(status)
  })
})

describe('generated requests', () => {
  const RUNS = 400

  it(`${RUNS} of them are answered below 500 or closed, and the server lives`, async () => {
    const random = generator(Number(process.env['FUZZ_SEED'] ?? 1))
    const faults: string[] = []
    for (let n = 0; n < RUNS; n += 20) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const bytes = hostileRequest(random)
          const { status, body } = await exchange(test.url, bytes, 250)
          if (status >= 500 || (status >= 400 && TELLTALE.test(body.toString()))) {
            faults.push(`${status} ${JSON.stringify(bytes)} → ${body.toString().slice(0, 200)}`)
          }
        }),
      )
    }
    expect(faults).toEqual([])
    expect((await fetch(`${test.url}/health/ready`)).status).toBe(200)
  })
})

function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

function hostileRequest(random: (below: number) => number): string {
  const pick = <T>(from: readonly [T, ...T[]]): T => from[random(from.length)] ?? from[0]
  const method = pick(['GET', 'POST', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'M-SEARCH', 'get', ''])
  const target = pick([
    '/graphql',
    '/schema.graphql',
    '/graphiql/graphiql.css',
    '/health/ready',
    '//',
    '*',
    '/%',
    '/graphql/%2e%2e/',
    'http://a/graphql',
    'http://:0/graphql',
    'http://[/',
    'https://a:99999/',
    '/?query={__typename}#',
    `/${'a/'.repeat(random(300))}`,
  ])
  const odd = [
    'Host: [::1',
    'Host: ä',
    'Host: a:1:2',
    'Host: \t',
    'Origin: null',
    'Origin: http://[',
    'Access-Control-Request-Method: POST',
    'Accept: ;;;,,,',
    'Accept: text/html',
    'Accept-Encoding: br;q=,gzip;q=1e9,*',
    'If-None-Match: "',
    'Content-Type: application/json',
    'Content-Type: application/json; charset=\u00ff',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip',
    'Content-Length: 0',
    'Content-Length: 18446744073709551616',
    'Upgrade: websocket',
    'Upgrade: \u00ff',
    'Connection: Upgrade',
    'Connection: close, \u00ff',
    'Sec-WebSocket-Key: x',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: ,,,',
    'Expect: 100-continue',
    'X-Forwarded-For: ::::, 1.2.3',
    'X-Request-Id: \u00ff',
    'Authorization: Bearer \u00ff',
    'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.',
    'X-Api-Key: ',
    'Idempotency-Key: \u00ff',
    ': nothing',
  ] as const
  const headers = Array.from({ length: random(6) }, () => pick(odd))
  const host = random(4) === 0 ? [] : ['Host: a']
  const body = pick(['', '{', '{}', '0\r\n\r\n', 'ffffffffffffffffff\r\n', QUERY])
  const last = random(3) === 0 ? [] : ['Connection: close']
  return `${[`${method} ${target} HTTP/1.1`, ...host, ...headers, ...last].join('\r\n')}\r\n\r\n${body}`
}
