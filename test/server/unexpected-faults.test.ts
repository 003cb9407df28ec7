import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Logger } from '../../src/log.ts'
import { createLogger } from '../../src/log.ts'
import { currentRequestId } from '../../src/process/request-id.ts'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { openConnection } from '../harness/raw-http.ts'
import { type LiveServer, openSession, startLiveServer } from '../harness/live.ts'

// A fault of ours that nobody thought of: here the database client itself breaks.

interface Line {
  requestId: string | undefined
  message: unknown
}

let test: TestApp
let org: TestOrganization
let server: LiveServer
const lines: Line[] = []
/** Ids of requests that are over. */
const over = new Set<string | undefined>()
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  org = await addOrganization(test)
  const log: Logger = createLogger('silent')
  Object.assign(log, {
    error: (fields: { requestId?: string }, message: unknown) =>
      lines.push({ requestId: fields.requestId ?? currentRequestId(), message }),
    debug: (fields: { requestId?: string }) => over.add(fields.requestId),
  })
  server = await startLiveServer(test, {}, { log })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function withBroken<T>(part: object, name: string, act: () => Promise<T>): Promise<T> {
  const kept: unknown = Reflect.get(part, name)
  Object.defineProperty(part, name, {
    configurable: true,
    writable: true,
    value: () => {
      throw new TypeError('a secret of the inside')
    },
  })
  try {
    return await act()
  } finally {
    Object.defineProperty(part, name, { configurable: true, writable: true, value: kept })
  }
}

const post = (query: string, headers: Record<string, string>, who: object = org.owner) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...who, ...headers },
    body: JSON.stringify({ query }),
  })

it('in a resolver is answered INTERNAL with the request id, and logged with it', async () => {
  const answer = await withBroken(test.app.database, 'scopedTo', () =>
    post('{ workOrders(first: 1) { nodes { id } } }', { 'X-Request-Id': 'resolver-1' }),
  )
  const text = await answer.text()
  expect(answer.headers.get('x-request-id')).toBe('resolver-1')
  expect(JSON.parse(text).errors[0]).toMatchObject({
    message: 'Something went wrong on our side',
    extensions: { code: 'INTERNAL', requestId: 'resolver-1' },
  })
  expect(text).not.toContain('secret')
  expect(lines.filter(({ requestId }) => requestId === 'resolver-1')).toHaveLength(1)
})

it('before there is an operation is answered 500 in JSON with the id, and the process lives', async () => {
  // Who asks is not remembered for a new token: the database is asked, and breaks.
  const key = await org.addApiKey(['locations:read'])
  const { pool } = test.app.database
  const answer = await withBroken(pool, 'query', () =>
    post('{ viewer { role } }', { 'X-Request-Id': 'auth-1' }, key),
  )
  expect(answer.status).toBe(500)
  expect(JSON.parse(await answer.text()).errors[0].extensions).toMatchObject({
    code: 'INTERNAL',
    requestId: 'auth-1',
  })
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
})

it('in the server around it is answered 500 in JSON with the id, and logged with it', async () => {
  const answer = await withBroken(server.stream, 'connected', async () => {
    Object.defineProperty(server.stream, 'connected', {
      configurable: true,
      get() {
        throw new TypeError('a secret of the inside')
      },
    })
    return fetch(`${server.url}/health/ready`, { headers: { 'X-Request-Id': 'ready-1' } })
  })
  expect(answer.status).toBe(500)
  const text = await answer.text()
  expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'INTERNAL', requestId: 'ready-1' })
  expect(text).not.toContain('secret')
  expect(lines).toContainEqual({ requestId: 'ready-1', message: 'request failed' })
})

it('over WebSocket carries an id as well', async () => {
  using socket = await openSession(server.socketUrl, org.owner)
  const message = await withBroken(test.app.database, 'scopedTo', async () => {
    const query = '{ workOrders(first: 1) { nodes { id } } }'
    socket.send({ type: 'subscribe', id: '1', payload: { query } })
    return socket.receive()
  })
  const [, id = ''] = /"requestId":"([0-9a-f-]{36})"/.exec(JSON.stringify(message)) ?? []
  expect(lines.map(({ requestId }) => requestId)).toContain(id)
})

it.each(['content-length: 1000', 'transfer-encoding: chunked'])(
  'a body that its client breaks off (%s) is none, and leaves no line in the log',
  async (length) => {
    const id = `broken-${length.slice(0, 4)}`
    const socket = openConnection(server.url)
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-request-id: ${id}`
    socket.write(`${head}\r\n${length}\r\n\r\n5\r\n{"que\r\n`)
    // Answered later than the head above was read.
    await post('{ viewer { role } }', {})
    socket.resetAndDestroy()
    await until('its end', () => over.has(id))
    await fetch(`${server.url}/health/live`)
    expect(lines.filter(({ requestId }) => requestId === id)).toEqual([])
  },
)
