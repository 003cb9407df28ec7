import type { Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { addOrganization, ask, startTestApp, type TestApp } from '../harness/app.ts'
import { makeAuthority } from '../harness/certificate.ts'
import { startProxy } from '../harness/connect-proxy.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'
import { flood, type HostileReceiver, type Misbehave, startHostile } from '../harness/hostile.ts'
import { until } from '../harness/process.ts'

const ReadAnswers = graphql(`
  query ReadAnswers($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 100) {
      nodes {
        sequence
        status
        attempts {
          succeeded
          failure
          statusCode
          responseHeaders {
            name
            value
          }
          responseBody
          responseTruncated
          totalMs
        }
      }
    }
  }
`)

/** The answer to the first request; text is written in one piece, several texts some time apart. */
type First = string | string[] | ((socket: Socket) => void)

interface Case {
  first: First
  /** Undefined: no answer could be read. */
  statusCode?: number
  failure?: string
  body?: string
}

const OK = 'HTTP/1.1 200 OK\r\n'
const PLAIN = `${OK}content-length: 0\r\n\r\n`
const LENGTH_2 = `${OK}content-length: 2\r\n\r\nok`
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`
const invalid = (first: First): Case => ({ first, failure: 'response.invalid' })
const closed = (first: First): Case => ({ first, failure: 'response.closed' })
const ok = (first: First, body = ''): Case => ({ first, statusCode: 200, body })
const X = Buffer.alloc(65_536, 'x')

/** Bytes that nobody had asked for, behind an answer that is whole. */
const SURPLUS: Record<string, Case> = {
  'a length in characters, not in bytes': ok(`${OK}content-length: 4\r\n\r\nAöäü`, 'Aö'),
  'a line feed behind the body': ok(`${LENGTH_2}\n`, 'ok'),
  'a 204 with a body': { first: 'HTTP/1.1 204 No Content\r\n\r\nok', statusCode: 204 },
  'a 204 that announces a body': {
    first: 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok',
    statusCode: 204,
  },
  'a 304 that announces a body, as to HEAD': {
    first: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n',
    failure: 'response.status',
    statusCode: 304,
  },
  'a second answer': ok(`${LENGTH_2}${OK}content-length: 5\r\n\r\nother`, 'ok'),
  'a second answer a little later': ok([PLAIN, PLAIN]),
  'junk a little later': ok([LENGTH_2, 'and more'], 'ok'),
  'the 408 of a balancer': ok([
    PLAIN,
    'HTTP/1.0 408 Request Time-out\r\nconnection: close\r\n\r\ntoo late',
  ]),
  'bytes behind the last chunk': ok(`${CHUNKED}2\r\nok\r\n0\r\n\r\nmore`, 'ok'),
}

/** What ends with the connection, or is broken off. */
const ENDS: Record<string, Case> = {
  'no length, until the connection ends': ok((socket) => void socket.end(`${OK}\r\nok`), 'ok'),
  'HTTP/1.0 until the connection ends': ok(
    (socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nok'),
    'ok',
  ),
  'a half-closed connection behind an answer': ok((socket) => void socket.end(PLAIN)),
  'a connection broken off behind an answer': ok(
    (socket) => void socket.write(LENGTH_2, () => socket.destroy()),
    'ok',
  ),
  'an end in a chunk': closed((socket) => void socket.end(`${CHUNKED}5\r\nok`)),
  'an end before the last chunk': closed((socket) => void socket.end(`${CHUNKED}2\r\nok\r\n`)),
  'an end before the answer': closed((socket) => void socket.end()),
  'Connection: close, and no end': ok(
    `${OK}Connection: Close\r\nContent-Length: 2\r\n\r\nok`,
    'ok',
  ),
  'Keep-Alive: timeout=0': ok(`${OK}keep-alive: timeout=0\r\ncontent-length: 0\r\n\r\n`),
}

/** What neither TLS nor a proxy passes on. */
const RESETS: Record<string, Case> = {
  'a reset behind an answer': ok((socket) => {
    socket.write(LENGTH_2, () => setTimeout(() => socket.resetAndDestroy(), 20))
  }, 'ok'),
  'a reset in a body without length': closed((socket) => {
    socket.write(`${OK}\r\nok`, () => setTimeout(() => socket.resetAndDestroy(), 20))
  }),
}

/** What never ends: refused at its bound, long before the time is up. */
const ENDLESS: Record<string, Case> = {
  'a status line without end': invalid((socket) => {
    socket.write('HTTP/1.1 200 ')
    flood(socket, X)
  }),
  'a version without end': invalid((socket) => {
    socket.write('HTTP/')
    flood(socket, X)
  }),
  'a header name without end': invalid((socket) => {
    socket.write(OK)
    flood(socket, X)
  }),
  'empty lines without end': invalid((socket) => flood(socket, Buffer.alloc(65_536, '\r\n'))),
  'a chunk size without end': invalid((socket) => {
    socket.write(CHUNKED)
    flood(socket, Buffer.alloc(65_536, '0'))
  }),
  'a chunk extension without end': invalid((socket) => {
    socket.write(`${CHUNKED}2;a=`)
    flood(socket, X)
  }),
  'trailers without end': invalid((socket) => {
    socket.write(`${CHUNKED}2\r\nok\r\n0\r\n`)
    flood(socket, 'x-more: and more\r\n'.repeat(1_000))
  }),
  'a trailer without end': invalid((socket) => {
    socket.write(`${CHUNKED}0\r\nx-more: `)
    flood(socket, X)
  }),
  'chunks of one byte without end': {
    first: (socket) => {
      socket.write(CHUNKED)
      flood(socket, '1\r\nx\r\n'.repeat(1_000))
    },
    statusCode: 200,
  },
  'a body without length and without end': {
    first: (socket) => {
      socket.write(`${OK}\r\n`)
      flood(socket, X)
    },
    statusCode: 200,
  },
}

/** As RFC 9110 and 9112 have it read. */
const READ: Record<string, Case> = {
  'an unasked 100 Continue': ok(`HTTP/1.1 100 Continue\r\n\r\n${LENGTH_2}`, 'ok'),
  'an unasked 100 Continue a little earlier': ok(['HTTP/1.1 100 Continue\r\n\r\n', LENGTH_2], 'ok'),
  'early hints': ok(
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${PLAIN}`,
  ),
  'white space behind a length': ok(`${OK}Content-Length: 2 \t \r\n\r\nok`, 'ok'),
  'white space behind Chunked': ok(`${OK}Transfer-Encoding: Chunked \r\n\r\n0\r\n\r\n`),
  'no space before a value': ok(`${OK}content-length:2\r\n\r\nok`, 'ok'),
  'no reason': ok('HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', 'ok'),
  'a folded line': ok(`${OK}x-long: one\r\n two\r\ncontent-length: 2\r\n\r\nok`, 'ok'),
  'lines that end in LF alone': ok('HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 'ok'),
  'a carriage return in a value': ok(`${OK}x-odd: a\rb\r\ncontent-length: 2\r\n\r\nok`, 'ok'),
  'white space before a colon': ok(`${OK}content-length : 2\r\n\r\nok`, 'ok'),
  'empty lines before the answer': ok(`\r\n\r\n${LENGTH_2}`, 'ok'),
  'the same length twice': ok(`${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, 'ok'),
  'the same length twice in one line': ok(`${OK}content-length: 2, 2\r\n\r\nok`, 'ok'),
  'HTTP/1.0 with a length': ok('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', 'ok'),
  'both chunks and a length': ok(
    `${OK}content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    'ok',
  ),
  'chunks with extensions and trailers': ok(
    `${CHUNKED}2;a="b"\r\nok\r\n0;last\r\nx-sum: 1\r\n\r\n`,
    'ok',
  ),
  'chunk sizes with leading zeros and spaces': ok(`${CHUNKED}0002 \r\nok\r\n000\r\n\r\n`, 'ok'),
  'another coding below chunks': ok(
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    'ok',
  ),
  'an unknown coding, until the connection ends': ok(
    (socket) => void socket.end(`${OK}transfer-encoding: rot13\r\ncontent-length: 1\r\n\r\nok`),
    'ok',
  ),
  'a body in single bytes': ok(Array.from(LENGTH_2), 'ok'),
}

const REFUSED: Record<string, Case> = {
  'a negative length': invalid(`${OK}content-length: -1\r\n\r\n`),
  'a length with a sign': invalid(`${OK}content-length: +2\r\n\r\nok`),
  'a length in hexadecimal': invalid(`${OK}content-length: 0x2\r\n\r\nok`),
  'a length that is empty': invalid(`${OK}content-length:\r\n\r\n`),
  'two lengths': invalid(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`),
  'two lengths in one line': invalid(`${OK}content-length: 2, 3\r\n\r\nok`),
  'a length broken by a carriage return': invalid(`${OK}content-length: 1\r0\r\n\r\nok`),
  'a coding above chunks': invalid(`${OK}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`),
  'chunked twice': invalid(`${OK}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`),
  'a chunk without a size': invalid(`${CHUNKED}\r\nok\r\n0\r\n\r\n`),
  'a negative chunk': invalid(`${CHUNKED}-2\r\nok\r\n0\r\n\r\n`),
  'a chunk longer than its size': invalid(`${CHUNKED}1\r\nok\r\n0\r\n\r\n`),
  'a chunk of more bytes than can be counted': invalid(`${CHUNKED}fffffffffffffffff\r\n`),
  'a chunk line that ends in LF alone': invalid(`${CHUNKED}2\nok\r\n0\r\n\r\n`),
  'a line that is no header': invalid(`${OK}this is no header\r\n\r\n`),
  'a header without a name': invalid(`${OK}: value\r\n\r\n`),
  'a status of two digits': invalid('HTTP/1.1 99 Few\r\n\r\n'),
  'HTTP/2': invalid('HTTP/2 200\r\ncontent-length: 0\r\n\r\n'),
  'a change of protocols': invalid('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'),
}

const CASES = { ...SURPLUS, ...ENDS, ...RESETS, ...ENDLESS, ...READ, ...REFUSED }

/** Over TLS and through a proxy other code reads the socket's bytes and its end. */
const ELSEWHERE = Object.fromEntries(
  Object.entries(CASES).filter(([name]) =>
    /^(a 204 with|a second answer|junk|the 408|no length|a half|a connection broken|an end|a chunk size w)/.test(
      name,
    ),
  ),
)

const BETWEEN_MS = 40
/** What is read of an answer without end, and what the buffers of two sockets take. */
const MAX_TAKEN_BYTES = 16 * 1_048_576
/** Far below the time that an answer may take. */
const MAX_MS = 5_000

/** Writes the case's answer to the first request for /odd; all the others get plain ones. */
function answerOnce(first: First): Misbehave {
  let answered = false
  return (socket, _nth, path) => {
    if (path === '/neighbour') {
      socket.write('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n')
      return
    }
    if (answered) {
      socket.write(PLAIN)
      return
    }
    answered = true
    if (typeof first === 'function') first(socket)
    else if (typeof first === 'string') socket.write(first)
    else {
      const gapMs = first.length > 5 ? 1 : BETWEEN_MS
      first.forEach((part, index) => setTimeout(() => socket.write(part), index * gapMs))
    }
  }
}

let test: TestApp
let behindProxy: TestApp
let stack: AsyncDisposableStack
const trusted = getCACertificates('default')
const authority = makeAuthority()
const hourMs = 3_600_000
const certificate = authority.issue({
  address: '127.0.0.1',
  from: new Date(Date.now() - hourMs),
  to: new Date(Date.now() + hourMs),
})

beforeAll(async () => {
  setDefaultCACertificates([...trusted, authority.cert])
  stack = new AsyncDisposableStack()
  const env = { WEBHOOK_RETRY_DELAYS: '1h', WEBHOOK_TIMEOUT: '20s' }
  test = stack.use(await startTestApp(env))
  const proxy = stack.use(await startProxy())
  behindProxy = stack.use(
    await startTestApp({ ...env, WEBHOOK_EGRESS_PROXY: `http://127.0.0.1:${proxy.port}` }),
  )
})
afterAll(async () => {
  await stack.disposeAsync()
  setDefaultCACertificates(trusted)
})

/** One organization with an endpoint that is answered oddly and a neighbour of the same origin. */
async function openScene(app: TestApp, receiver: HostileReceiver, ordering: 'NONE' | 'ENDPOINT') {
  const org = await addOrganization(app)
  const origin = new URL(receiver.url).origin
  const addEndpoint = async (path: string) => {
    const { webhookEndpointCreate } = await ask(app.url, org.owner, CreateEndpoint, {
      input: { url: `${origin}${path}`, eventTypes: ['location.created'], ordering },
    })
    return webhookEndpointCreate.endpoint?.id ?? ''
  }
  const oddId = await addEndpoint('/odd')
  const neighbourId = await addEndpoint('/neighbour')
  const attemptsOf = async (endpointId: string) => {
    const { webhookDeliveries } = await ask(app.url, org.owner, ReadAnswers, { endpointId })
    return webhookDeliveries.nodes
      .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
      .flatMap((delivery) => delivery.attempts)
  }
  return {
    oddId,
    neighbourId,
    attemptsOf,
    happen: (name: string) =>
      ask(app.url, org.owner, CreateLocation, { input: { name, kind: 'LOCATION' } }),
    logged: (endpointId: string, count: number) =>
      until(`${count} attempts`, async () => (await attemptsOf(endpointId)).length >= count),
  }
}

async function expectOwnAnswers(app: TestApp, each: Case, secure = false): Promise<void> {
  await using receiver = await startHostile(
    answerOnce(each.first),
    secure ? certificate : undefined,
  )
  const scene = await openScene(app, receiver, 'NONE')
  for (let count = 1; count <= 3; count++) {
    await scene.happen(`event ${count}`)
    await scene.logged(scene.oddId, count)
  }
  await scene.logged(scene.neighbourId, 3)
  const [first, ...next] = await scene.attemptsOf(scene.oddId)
  expect(first).toMatchObject({
    succeeded: each.failure === undefined,
    failure: each.failure ?? null,
    statusCode: each.statusCode ?? null,
  })
  const body = first?.responseBody ?? ''
  expect(body).toBe(each.body ?? body)
  expect(first?.totalMs).toBeLessThan(MAX_MS)
  for (const attempt of next) {
    expect(attempt).toMatchObject({ succeeded: true, statusCode: 200 })
    expect(attempt.totalMs).toBeLessThan(MAX_MS)
  }
  expect(next.length).toBe(2)
  for (const attempt of await scene.attemptsOf(scene.neighbourId)) {
    expect(attempt).toMatchObject({ failure: 'response.status', statusCode: 500 })
  }
  expect(receiver.sentBytes).toBeLessThan(MAX_TAKEN_BYTES)
}

describe('each answer belongs to its request: this delivery, the next ones and a neighbour have their own after', () => {
  it.concurrent.each(Object.entries(CASES))('%s', async (_name, each) => {
    await expectOwnAnswers(test, each)
  })

  it.concurrent.each(Object.entries(ELSEWHERE))('over TLS, %s', async (_name, each) => {
    await expectOwnAnswers(test, each, true)
  })

  it.concurrent.each(Object.entries(ELSEWHERE))(
    'through an egress proxy, %s',
    async (_name, each) => {
      await expectOwnAnswers(behindProxy, each)
    },
  )

  it.concurrent.each(Object.entries(SURPLUS).filter(([, each]) => each.failure === undefined))(
    'ten events take no longer than ten answers with %s',
    async (_name, each) => {
      await using receiver = await startHostile((socket, nth, path) =>
        answerOnce(each.first)(socket, nth, path),
      )
      const scene = await openScene(test, receiver, 'ENDPOINT')
      const startedMs = performance.now()
      for (let n = 0; n < 10; n++) await scene.happen(`event ${n}`)
      await scene.logged(scene.oddId, 10)
      expect(performance.now() - startedMs).toBeLessThan(10_000)
      const attempts = await scene.attemptsOf(scene.oddId)
      expect(attempts.every((attempt) => attempt.succeeded)).toBe(true)
    },
  )

  it('white space behind a value does not hide Retry-After', async () => {
    await using receiver = await startHostile(
      answerOnce('HTTP/1.1 503 Busy\r\nretry-after:  7 \t\r\ncontent-length: 0 \r\n\r\n'),
    )
    const scene = await openScene(test, receiver, 'NONE')
    await scene.happen('event')
    await scene.logged(scene.oddId, 1)
    const [attempt] = await scene.attemptsOf(scene.oddId)
    expect(attempt?.statusCode).toBe(503)
    expect(attempt?.responseHeaders).toContainEqual({ name: 'retry-after', value: '7' })
  })
})
