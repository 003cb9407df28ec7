import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { type LiveServer, openSession, startLiveServer } from '../harness/live.ts'
import { exchange, openConnection } from '../harness/raw-http.ts'

// Clients that do not read, do not send, come too often or by the thousands.

let test: TestApp
let org: TestOrganization
let server: LiveServer
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  org = await addOrganization(test)
  server = await startLiveServer(
    test,
    { stallTimeoutMs: 500 },
    {
      httpLimits: { headersTimeout: 400, requestTimeout: 800, connectionsCheckingInterval: 50 },
    },
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

const PART = 'GET /graphiql/graphiql.js HTTP/1.1\r\nHost: a\r\n\r\n'

/** Asks, and takes nothing of the answer. */
function askWithoutReading(url: string): Socket {
  const socket = openConnection(url)
  socket.pause()
  socket.write(PART)
  return socket
}

describe('a client that does not read', () => {
  it('a page is cut off after the stall limit, and one that reads gets all of it', async () => {
    const whole = await exchange(
      server.url,
      PART.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    )
    expect(whole.body.length).toBe(Number(whole.headers['content-length']))
    const socket = askWithoutReading(server.url)
    let taken = 0
    // What was on its way comes, and then the end: less than was promised.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    socket.on('data', (chunk: Buffer) => (taken += chunk.length))
    socket.resume()
    await once(socket, 'close')
    expect(taken).toBeLessThan(whole.body.length)
  })

  it('costs bounded memory: 500 of them at once take less than 100 MB', async () => {
    await exchange(server.url, PART.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    const before = process.memoryUsage().rss
    const sockets = Array.from({ length: 500 }, () => askWithoutReading(test.url))
    await Promise.all(sockets.map((socket) => once(socket, 'readable')))
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
    expect((await fetch(`${test.url}/health/live`)).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})

describe('a client that does not send', () => {
  it.each([
    ['nothing of a head', ''],
    ['half a head', 'POST /graphql HTTP/1.1\r\nHost: a\r\nX-A: '],
    [
      'half a body',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    ],
  ])('more than %s is told 408 and cut off', async (_what, bytes) => {
    const answer = await exchange(server.url, bytes, 5_000)
    expect(answer.status).toBe(408)
    expect(JSON.parse(answer.body.toString()).errors[0].message).toMatch(/in time$/)
  })

  it('one byte after the other is cut off as well', async () => {
    const socket = openConnection(server.url)
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-A: ')
    const drip = setInterval(() => socket.write('a'), 20)
    // Not `once`, which takes the error of a write that came too late for a failure.
    await new Promise((resolve) => socket.on('close', resolve))
    clearInterval(drip)
  })
})

describe('a client that comes too often', () => {
  const LIMIT = 600

  it.each([
    ['pages', '/schema.graphql', {}],
    ['GraphiQL', '/graphql', { Accept: 'text/html' }],
    ['what is not there', '/nothing', {}],
    ['refused methods', '/graphql', {}],
    ['the root', '/', {}],
  ])(
    'for %s is told 429 with Retry-After, and neighbours with a key are not',
    async (_, path, headers) => {
      await using fresh = await startLiveServer(test)
      const statuses = await inTurns(LIMIT + 400, async () => {
        const response = await fetch(`${fresh.url}${path}`, { headers, redirect: 'manual' })
        await response.arrayBuffer()
        return response
      })
      const refused = statuses.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThan(0)
      expect(statuses.length - refused.length).toBeGreaterThanOrEqual(LIMIT)
      expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await fetch(`${fresh.url}/health/live`)).status).toBe(200)
      const neighbour = await fetch(`${fresh.url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...org.owner },
        body: '{"query":"{ viewer { role } }"}',
      })
      expect(neighbour.status).toBe(200)
    },
  )

  it('for readiness costs one look at the database every half second', async () => {
    let looks = 0
    const { pool } = test.app.database
    const query = pool.query.bind(pool)
    Object.assign(pool, {
      query: (...given: [string]) => {
        if (given[0] === 'SELECT 1') looks++
        return query(...given)
      },
    })
    await inTurns(500, () => fetch(`${test.url}/health/ready`).then((each) => each.arrayBuffer()))
    Object.assign(pool, { query })
    expect(looks).toBeLessThanOrEqual(8)
  })
})

describe('a client with too many connections', () => {
  it('is told 429, until one of them is closed', async () => {
    const config = { ...test.config, connectionsPerAddress: 5 }
    await using small = await startLiveServer(test, {}, { config })
    const held = Array.from({ length: 5 }, () => openConnection(small.url))
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    const refused = await exchange(small.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 2_000)
    expect(refused.status).toBe(429)
    held[0]?.destroy()
    await expect
      .poll(async () => {
        const bytes = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
        return (await exchange(small.url, bytes, 2_000)).status
      })
      .toBe(200)
    for (const socket of held) socket.destroy()
  })

  it('unless it is a proxy that speaks for many', async () => {
    const config = {
      ...test.config,
      connectionsPerAddress: 2,
      trustedProxies: ['127.0.0.0/8'],
    }
    await using small = await startLiveServer(test, {}, { config })
    const held = Array.from({ length: 5 }, () => openConnection(small.url))
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    expect((await fetch(`${small.url}/health/live`)).status).toBe(200)
    for (const socket of held) socket.destroy()
  })
})

describe('an event stream', () => {
  const stream = (query: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'text/event-stream',
        ...org.owner,
      },
      body: JSON.stringify({ query }),
    })

  it('is neither kept nor held back by what stands between', async () => {
    const response = await stream('subscription { events { __typename } }')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
    expect(response.headers.get('content-encoding')).toBeNull()
    await response.body?.cancel()
  })

  const CONDITIONAL = [
    'subscription { events @skip(if: true) { __typename } }',
    'subscription { events @include(if: false) { __typename } }',
    'subscription ($s: Boolean!) { events @skip(if: $s) { __typename } }',
    'subscription { ... @include(if: false) { events { __typename } } }',
    'subscription { ...F @skip(if: true) } fragment F on Subscription { events { __typename } }',
    'subscription { ...F } fragment F on Subscription { events @skip(if: true) { __typename } }',
  ]
  it.each(CONDITIONAL)('is refused whose root may select nothing: %s', async (query) => {
    const over = await stream(query)
    const text = await over.text()
    expect(text).toContain('BAD_USER_INPUT')
    expect(text).toContain('may not stand at the root of a subscription')
    using socket = await openSession(server.socketUrl, org.owner)
    socket.send({ type: 'subscribe', id: '1', payload: { query } })
    const message = await socket.receive()
    expect(message.type).toBe('error')
    expect(JSON.stringify(message)).toContain('BAD_USER_INPUT')
  })
})

/** So many, twenty at once. */
async function inTurns<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let begun = 0
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (begun++ < count) results.push(await act())
    }),
  )
  return results
}
