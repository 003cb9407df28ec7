import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/database/reading/cursor.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'
import { openSession, type RawSocket } from '../harness/live.ts'

// A record that somebody else has locked is what an item waits for: as long as a request may take.

const BOARD = `subscription ($after: EventCursor) {
  workOrderBoard(after: $after) {
    ... on WorkOrderBoardChange { cursor event { type } workOrder { title } }
    ... on StreamCheckpoint { cursor }
  }
}`
const EVENTS = `subscription ($after: EventCursor) {
  events(after: $after) { ... on EventEnvelope { cursor type } ... on StreamCheckpoint { cursor } }
}`
const FROM_THE_START = { after: encodeCursor(0n) }
const TOO_SLOW = {
  message: 'An item of the subscription took longer than 2 s and was cancelled',
  extensions: { code: 'QUERY_TIMEOUT' },
}

/** What is there beforehand is made without haste. */
let roomy: TestApp
let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  roomy = await startTestApp()
  // Short, and on a busy machine still long enough for what is not in anybody's way.
  test = await startTestApp({ QUERY_TIMEOUT: '2s', ROLES: 'server' }, roomy.databaseUrl)
  org = await addOrganization(test)
  await createSite()
  await send(
    'mutation ($input: WorkOrderCreateInput!) { workOrderCreate(input: $input) { workOrder { id } } }',
    {
      input: { title: 'Leak', locationId: await createSite() },
    },
    'application/json',
    roomy,
  )
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await roomy[Symbol.asyncDispose]()
})

async function createSite(): Promise<string> {
  const input = { name: 'Site', kind: 'LOCATION' } as const
  const { locationCreate } = await ask(roomy.url, org.owner, CreateLocation, { input })
  return locationCreate.location?.id ?? ''
}

function send(
  query: string,
  variables: object,
  accept = 'application/json',
  at = test,
): Promise<Response> {
  return fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...org.owner },
    body: JSON.stringify({ query, variables }),
  })
}

/** Nobody reads or writes the table until it is disposed of. */
async function lock(table: string): Promise<AsyncDisposable> {
  const client = new Client({ connectionString: test.databaseUrl })
  await client.connect()
  await client.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`)
  return { [Symbol.asyncDispose]: () => client.end() }
}

const openSocket = () => openSession(`${test.url.replace('http', 'ws')}/graphql`, org.owner)

function subscribe(socket: RawSocket, id: string, query: string, variables: object): void {
  socket.send({ type: 'subscribe', id, payload: { query, variables } })
}

/** The next item of a stream, which is the only one that says anything. */
async function next(socket: RawSocket, id: string, field: string): Promise<unknown> {
  const message = await socket.receive()
  expect(message).toMatchObject({ id, type: 'next' })
  return Reflect.get(Object(Reflect.get(Object(message.payload), 'data')), field)
}

/** Every connection is back in the pool. */
async function expectCalm(): Promise<void> {
  const { pool } = test.app.database
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0)
}

describe('an item of a subscription that takes longer than a request may', () => {
  it('ends its stream with QUERY_TIMEOUT; others live on, and the client resumes', async () => {
    using socket = await openSocket()
    {
      await using _lock = await lock('work_order')
      subscribe(socket, 'slow', BOARD, FROM_THE_START)
      expect(await socket.receive()).toMatchObject({
        id: 'slow',
        type: 'error',
        payload: [TOO_SLOW],
      })
      subscribe(socket, 'other', EVENTS, FROM_THE_START)
      expect(await next(socket, 'other', 'events')).toMatchObject({ type: 'location.created' })
    }
    await expectCalm()
    using again = await openSocket()
    subscribe(again, 'slow', BOARD, FROM_THE_START)
    expect(await next(again, 'slow', 'workOrderBoard')).toMatchObject({
      event: { type: 'workorder.created' },
      workOrder: { title: 'Leak' },
    })
  })

  it('is the last word of a stream of server-sent events', async () => {
    await using _lock = await lock('work_order')
    const response = await send(BOARD, FROM_THE_START, 'text/event-stream')
    const events = (await response.text()).split('\n\n').filter((each) => each.includes('data:'))
    const errors = events.map((each) => /data: *({.*})/.exec(each)?.[1] ?? '{}')
    expect(JSON.parse(errors[0] ?? '')).toMatchObject({ errors: [TOO_SLOW] })
    expect(events[1]).toContain('complete')
    await expectCalm()
  })

  it('is told to all who share it, once it is over nobody waits for it', async () => {
    using first = await openSocket()
    using second = await openSocket()
    await using _lock = await lock('work_order')
    for (const socket of [first, second]) subscribe(socket, '1', BOARD, FROM_THE_START)
    for (const socket of [first, second]) {
      expect(await socket.receive()).toMatchObject({ type: 'error', payload: [TOO_SLOW] })
    }
    await expectCalm()
  })
})

describe('a subscription that takes longer to open than a request may', () => {
  const OF_ONE = `subscription { resourceBookings(resourceId: "res-1") {
    ... on StreamCheckpoint { cursor } } }`

  it('is refused with QUERY_TIMEOUT over WebSocket', async () => {
    await using _lock = await lock('resource')
    using socket = await openSocket()
    subscribe(socket, '1', OF_ONE, {})
    const { payload } = await socket.receive()
    expect(JSON.stringify(payload)).toContain('QUERY_TIMEOUT')
    await expectCalm()
  })

  it('is refused with QUERY_TIMEOUT as a stream of server-sent events', async () => {
    await using _lock = await lock('resource')
    const response = await send(OF_ONE, {}, 'text/event-stream')
    expect(await response.text()).toContain('QUERY_TIMEOUT')
    await expectCalm()
  })
})
