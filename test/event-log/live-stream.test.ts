import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { encodeCursor } from '../../src/database/reading/cursor.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'
import { type LiveServer, type Message, openSession, startLiveServer } from '../harness/live.ts'

const EVENTS = `subscription ($after: EventCursor, $types: [EventType!]) {
  events(after: $after, types: $types, heartbeatSeconds: 5) {
    __typename
    ... on EventEnvelope { position cursor type data }
    ... on StreamCheckpoint { cursor caughtUp }
    ... on StreamGap { oldestAvailable reason }
  }
}`

interface Item {
  __typename: string
  position?: number
  cursor: string
  type?: string
  caughtUp?: boolean
}

let test: TestApp
let servers: [LiveServer, LiveServer]
let org: TestOrganization
let key: Credentials

beforeAll(async () => {
  test = await startTestApp()
  servers = [
    await startLiveServer(test, { stallTimeoutMs: 1_000 }),
    await startLiveServer(test, { stallTimeoutMs: 1_000 }),
  ]
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await test[Symbol.asyncDispose]()
})

async function newOrganization(): Promise<void> {
  org = await addOrganization(test)
  key = await org.addApiKey(['locations:read', 'work-orders:read'])
}

/** One event each. */
const createLocation = (name = 'Site') =>
  ask(test.url, org.owner, CreateLocation, { input: { name, kind: 'LOCATION' } })

const itemOf = (message: Message): Item =>
  Reflect.get(Object(Reflect.get(Object(message.payload), 'data')), 'events')

async function subscribe(server: LiveServer, variables: Record<string, unknown> = {}) {
  const socket = await openSession(server.socketUrl, key)
  socket.send({ type: 'subscribe', id: '1', payload: { query: EVENTS, variables } })
  return { socket, read: async () => itemOf(await socket.receive()) }
}

describe('a live stream', () => {
  beforeAll(newOrganization)

  it('starts with a checkpoint, then gives every event in order, on every server', async () => {
    const streams = await Promise.all(servers.map((server) => subscribe(server)))
    for (const { read } of streams) {
      expect(await read()).toEqual({
        __typename: 'StreamCheckpoint',
        cursor: encodeCursor(0n),
        caughtUp: true,
      })
    }
    for (let count = 0; count < 5; count++) await createLocation()
    for (const { socket, read } of streams) {
      for (let position = 1; position <= 5; position++) {
        expect(await read()).toMatchObject({
          __typename: 'EventEnvelope',
          position,
          type: 'location.created',
        })
      }
      socket[Symbol.dispose]()
    }
  })

  it('holds nothing of another organization', async () => {
    const other = await addOrganization(test)
    const otherKey = await other.addApiKey(['locations:read'])
    using socket = await openSession(servers[0].socketUrl, otherKey)
    socket.send({
      type: 'subscribe',
      id: '1',
      payload: { query: EVENTS, variables: { after: encodeCursor(0n) } },
    })
    await socket.receive()
    await createLocation()
    await ask(test.url, other.owner, CreateLocation, {
      input: { name: 'Theirs', kind: 'LOCATION' },
    })
    expect(itemOf(await socket.receive())).toMatchObject({
      position: 1,
      data: { object: { name: 'Theirs' } },
    })
  })

  it('holds only events whose scopes the caller has', async () => {
    const narrow = await org.addApiKey(['work-orders:read'])
    using socket = await openSession(servers[0].socketUrl, narrow)
    socket.send({
      type: 'subscribe',
      id: '1',
      payload: { query: EVENTS, variables: { after: encodeCursor(0n) } },
    })
    expect(itemOf(await socket.receive())).toMatchObject({
      __typename: 'StreamCheckpoint',
      caughtUp: true,
    })
  })

  it('refuses a type that does not exist, a cursor of its own making and a wrong heartbeat', async () => {
    using socket = await openSession(servers[0].socketUrl, key)
    const bad = [
      { query: EVENTS, variables: { types: ['location.exploded'] } },
      { query: EVENTS, variables: { after: 'yesterday' } },
      { query: 'subscription { events(heartbeatSeconds: 1) { __typename } }' },
    ]
    for (const [index, payload] of bad.entries()) {
      socket.send({ type: 'subscribe', id: String(index), payload })
      expect((await socket.receive()).payload).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      })
      expect((await socket.receive()).type).toBe('complete')
    }
  })

  it(
    'moves its cursor on by checkpoints while its filter matches nothing',
    { timeout: 20_000 },
    async () => {
      const { socket, read } = await subscribe(servers[0], { types: ['workorder.*'] })
      const first = await read()
      await createLocation()
      await createLocation()
      const later = await read()
      expect(later).toMatchObject({ __typename: 'StreamCheckpoint', caughtUp: true })
      socket[Symbol.dispose]()
      // Both say where they are: two events lie between them, neither of them asked for.
      const between = await subscribe(servers[1], { after: first.cursor })
      await between.read()
      expect((await between.read()).cursor).toBe(later.cursor)
      between.socket[Symbol.dispose]()
    },
  )

  it('is the same over server-sent events', async () => {
    const response = await fetch(`${servers[0].url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...key },
      body: JSON.stringify({ query: EVENTS, variables: { after: encodeCursor(0n) } }),
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"position":5')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    const positions = [...text.matchAll(/"position":(\d+)/g)].map((match) => Number(match[1]))
    expect(positions.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
  })
})

describe('streams over server-sent events', () => {
  beforeAll(newOrganization)
  const openEvents = (url: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...key },
      body: JSON.stringify({ query: EVENTS }),
    })

  it('are limited per caller, end with the rights of the key, and leave nothing behind', async () => {
    await using server = await startLiveServer(test, { maxPerCaller: 1 })
    const response = await openEvents(server.url)
    const reader = response.body?.getReader()
    await reader?.read()
    const refused = await openEvents(server.url)
    expect(refused.status).toBe(429)
    expect(await refused.text()).toContain('RATE_LIMITED')
    await test.app.database.unscoped.apiKey.updateMany({
      where: { organizationId: org.organizationId },
      data: { revokedAt: new Date() },
    })
    const ended = (async () => {
      while ((await reader?.read())?.done === false);
    })()
    await expect(ended).rejects.toThrow('terminated')
    await expect.poll(() => server.stream.subscribers).toBe(0)
  })
})

describe('a client that is cut again and again', () => {
  beforeAll(newOrganization)

  it('and resumes after its last cursor has every event once, in order, in the end', async () => {
    const EVENT_COUNT = 400
    const CLIENTS = 5
    let cuts = 0
    let recorded = false
    const clients = Array.from({ length: CLIENTS }, () => {
      let open: WebSocket | undefined
      const client = createClient({
        url: () => servers[cuts % 2]?.socketUrl ?? '',
        webSocketImpl: WebSocket,
        connectionParams: key,
        retryAttempts: Number.POSITIVE_INFINITY,
        retryWait: () => Promise.resolve(),
        shouldRetry: () => true,
        on: {
          connected: (socket) => {
            if (socket instanceof WebSocket) open = socket
          },
        },
      })
      const seen: number[] = []
      const variables = { after: encodeCursor(0n) }
      const done = new Promise<void>((resolve, reject) => {
        client.subscribe<{ events: Item }>(
          { query: EVENTS, variables },
          {
            next: ({ data }) => {
              if (data == null) return
              // The recipe: the client's next attempt sends these variables.
              variables.after = data.events.cursor
              if (data.events.position !== undefined) seen.push(data.events.position)
              if (seen.length >= EVENT_COUNT) resolve()
            },
            error: reject,
            complete: () => reject(new Error('completed')),
          },
        )
      })
      const cutting = (async () => {
        while (!recorded) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
          open?.terminate()
          cuts++
        }
      })()
      return { seen, done, cutting, dispose: () => client.dispose() }
    })
    for (let count = 0; count < EVENT_COUNT; count += 10) {
      await Promise.all(Array.from({ length: 10 }, () => createLocation()))
    }
    recorded = true
    for (const client of clients) {
      await client.cutting
      await client.done
      expect(client.seen).toEqual(Array.from({ length: EVENT_COUNT }, (_, index) => index + 1))
      await client.dispose()
    }
    expect(cuts).toBeGreaterThan(50)
  })
})

/** A thousand events of 20 kB; the next one that is recorded as usual brings them out. */
async function recordLargeEvents(prefix: string): Promise<void> {
  await test.app.database.pool.query(
    `INSERT INTO event (id, organization_id, type, body, subject_id, changed_fields, facets, actor)
       SELECT $2 || n, $1, 'location.created', json_build_object('data', json_build_object('object', repeat('x', 20000)))::text,
              'loc-x', '{}', '{}', '{"type":"SYSTEM"}' FROM generate_series(1, 1000) AS n`,
    [org.organizationId, prefix],
  )
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that this process holds. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('a client that stops reading', () => {
  beforeAll(newOrganization)

  it('costs at most 2 MB of memory', async () => {
    const STALLED = 60
    await using server = await startLiveServer(test, { stallTimeoutMs: 60_000 })
    const quick = await subscribe(server)
    await quick.read()
    const recordAndRead = async (prefix: string) => {
      await recordLargeEvents(prefix)
      await createLocation()
      for (let count = 0; count < 1_001; count++) await quick.read()
    }
    // What is kept for all, however many they are, is there already.
    await recordAndRead('evt_a')
    const stalled = await Promise.all(Array.from({ length: STALLED }, () => subscribe(server)))
    for (const { socket, read } of stalled) {
      await read()
      socket.pause()
    }
    const before = heldBytes()
    await recordAndRead('evt_b')
    expect(heldBytes() - before).toBeLessThan(STALLED * 2_000_000)
    expect(stalled.every(({ socket }) => socket.isOpen && socket.unread.length < 1_000)).toBe(true)
    for (const { socket } of [quick, ...stalled]) socket[Symbol.dispose]()
    await newOrganization()
  })

  it('is closed with 4413 and its cursor, while others are served', async () => {
    const slow = await subscribe(servers[0])
    const quick = await subscribe(servers[0])
    await Promise.all([slow.read(), quick.read()])
    slow.socket.pause()
    const name = 'x'.repeat(200)
    // The system's own buffers between the two hold several megabytes before any are left waiting.
    await recordLargeEvents('evt_')
    await createLocation(name)
    for (let position = 1; position <= 1_001; position++) {
      expect(await quick.read()).toMatchObject({ position })
    }
    const stalled = slow.socket.closed
    // Only then can it read the close frame, which stands behind everything that it was sent.
    setTimeout(() => slow.socket.resume(), 3_500)
    const { code, reason } = await stalled
    expect(code).toBe(4413)
    const last = itemOf(slow.socket.unread.at(-1) ?? { type: '' })
    expect(reason).toBe(`Messages are taken too slowly; resume after ${last.cursor}`)
    const resumed = await subscribe(servers[1], { after: last.cursor })
    expect(await resumed.read()).toMatchObject({ position: (last.position ?? 0) + 1 })
    resumed.socket[Symbol.dispose]()
    quick.socket[Symbol.dispose]()
  })
})

describe('a stream that loses its notifications', () => {
  beforeAll(newOrganization)

  it('goes on without gap, and listens again', async () => {
    const { socket, read } = await subscribe(servers[0])
    await read()
    const { pool } = test.app.database
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plantroom live'",
    )
    for (let position = 1; position <= 5; position++) {
      await createLocation()
      expect(await read()).toMatchObject({ position })
    }
    await expect.poll(() => servers[0].stream.connected, { timeout: 5_000 }).toBe(true)
    socket[Symbol.dispose]()
  })

  it('a cursor older than what is kept gets a gap, or 4410 where the document has no place for it', async () => {
    const { pool } = test.app.database
    await pool.query('DELETE FROM event WHERE organization_id = $1 AND position <= 3', [
      org.organizationId,
    ])
    const { socket, read } = await subscribe(servers[1], { after: encodeCursor(1n) })
    expect(await read()).toEqual({
      __typename: 'StreamGap',
      oldestAvailable: encodeCursor(3n),
      reason: 'RETENTION',
    })
    expect(await read()).toMatchObject({ position: 4 })
    const query =
      'subscription ($after: EventCursor) { events(after: $after) { ... on EventEnvelope { id } } }'
    socket.send({
      type: 'subscribe',
      id: '2',
      payload: { query, variables: { after: encodeCursor(1n) } },
    })
    expect(await socket.closed).toEqual({
      code: 4410,
      reason: `Cursor expired; oldest available: ${encodeCursor(3n)}`,
    })
  })
})
