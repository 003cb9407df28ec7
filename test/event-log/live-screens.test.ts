import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '../../src/database/unit-of-work.ts'
import type { Caller } from '../../src/access/caller.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { withClient } from '../harness/database.ts'
import {
  ChangeStatus,
  CreateEndpoint,
  CreateLocation,
  CreateWorkOrder,
} from '../harness/documents.ts'
import {
  type LiveServer,
  type Message,
  openSession,
  type RawSocket,
  startLiveServer,
} from '../harness/live.ts'
import { startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'

const PATIENT = { timeout: 10_000 }

let test: TestApp
let server: LiveServer
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  server = await startLiveServer(test)
})
beforeEach(async () => {
  org = await addOrganization(test)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

const dataOf = (message: Message): Record<string, unknown> =>
  Object(Reflect.get(Object(message.payload), 'data'))

async function subscribe(query: string, variables: Record<string, unknown> = {}) {
  const socket = await openSession(server.socketUrl, org.owner)
  socket.send({ type: 'subscribe', id: '1', payload: { query, variables } })
  return socket
}

async function newSite(): Promise<string> {
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function newWorkOrder(locationId: string): Promise<string> {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title: 'Lamp', locationId },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

describe('the subjects of a stream', () => {
  it('are loaded by one statement per batch, for any number of events and subscribers', async () => {
    const EVENTS = 30
    const query =
      'subscription { events { ... on EventEnvelope { position subject { id ... on Location { name } } } ... on StreamCheckpoint { caughtUp } } }'
    const sockets = await Promise.all(Array.from({ length: 40 }, () => subscribe(query)))
    for (const socket of sockets) await socket.receive()
    const caller: Caller = {
      kind: 'user',
      organizationId: org.organizationId,
      plan: 'PROFESSIONAL',
      userId: org.ownerId,
      role: 'OWNER',
      expiresAt: Number.POSITIVE_INFINITY,
    }
    using statements = noteStatements()
    await transaction(test.app, caller, async (unit) => {
      for (let n = 0; n < EVENTS; n++) {
        await createLocation(unit, { name: `Site ${n}`, kind: 'LOCATION' })
      }
    })
    for (const socket of sockets) {
      for (let n = 0; n < EVENTS; n++) {
        expect(dataOf(await socket.receive())).toMatchObject({
          events: { position: n + 1, subject: { name: `Site ${n}` } },
        })
      }
      socket[Symbol.dispose]()
    }
    const loads = statements.texts.filter((text) => /^SELECT .*"location".* IN \(/.test(text))
    expect(loads.length).toBe(1)
  })
})

describe('server-sent streams', () => {
  it('share their executions, and still differ where rights differ', async () => {
    const query =
      'subscription { events { ... on EventEnvelope { subject { id ... on Location { name } } } ... on StreamCheckpoint { caughtUp } } }'
    const open = async (credentials: Credentials) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'text/event-stream',
          ...credentials,
        },
        body: JSON.stringify({ query }),
      })
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      return {
        async waitFor(part: string) {
          while (!text.includes(part)) text += (await reader?.read())?.value ?? ''
          return text
        },
        close: () => reader?.cancel(),
      }
    }
    const narrow = await org.addApiKey(['work-orders:read'])
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(org.owner)))
    const other = await open(narrow)
    for (const stream of [...streams, other]) await stream.waitFor('caughtUp')
    using statements = noteStatements()
    const site = await newSite()
    for (const stream of streams) expect(await stream.waitFor(site)).toContain('"name":"Site"')
    const loads = statements.texts.filter((text) => /^SELECT .*"location".* IN \(/.test(text))
    expect(loads.length).toBe(1)
    await newWorkOrder(site)
    expect(await other.waitFor('"wo-')).not.toContain(site)
    await Promise.all([...streams, other].map(async (stream) => stream.close()))
    await expect.poll(() => server.stream.subscribers, PATIENT).toBe(0)
  })
})

describe('workOrderBoard', () => {
  const BOARD = `subscription ($after: EventCursor, $where: EventWhere) {
    workOrderBoard(after: $after, where: $where) {
      __typename
      ... on WorkOrderBoardChange { cursor event { type } workOrder { id title status location { id } } }
      ... on StreamCheckpoint { cursor caughtUp }
    }
  }`
  const read = async (socket: RawSocket): Promise<Record<string, unknown>> =>
    Object(dataOf(await socket.receive())['workOrderBoard'])

  it('holds changes of work orders with the work order, filtered and resumable', async () => {
    const [here, there] = [await newSite(), await newSite()]
    using socket = await subscribe(BOARD, { where: { locationIds: [here] } })
    expect(await read(socket)).toMatchObject({ __typename: 'StreamCheckpoint', caughtUp: true })
    await newWorkOrder(there)
    const id = await newWorkOrder(here)
    const created = await read(socket)
    expect(created).toMatchObject({
      __typename: 'WorkOrderBoardChange',
      event: { type: 'workorder.created' },
      workOrder: { id, title: 'Lamp', status: 'OPEN', location: { id: here } },
    })
    await ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'IN_PROGRESS' } })
    const changed = {
      event: { type: 'workorder.status.changed' },
      workOrder: { id, status: 'IN_PROGRESS' },
    }
    expect(await read(socket)).toMatchObject(changed)
    using resumed = await subscribe(BOARD, {
      after: created['cursor'],
      where: { locationIds: [here] },
    })
    expect(await read(resumed)).toMatchObject(changed)
  })

  it('is refused to a key without the scope', async () => {
    const key = await org.addApiKey(['locations:read'])
    using socket = await openSession(server.socketUrl, key)
    socket.send({ type: 'subscribe', id: '1', payload: { query: BOARD } })
    expect((await socket.receive()).payload).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    })
  })
})

describe('webhookDeliveries', () => {
  const LOG = `subscription ($endpointId: ID!, $after: BigInt) {
    webhookDeliveries(endpointId: $endpointId, after: $after) {
      cursor
      attempt { id attempt succeeded statusCode }
      delivery { id status attemptCount eventType }
    }
  }`
  interface Update {
    cursor: string | number
    attempt: { id: string } | null
  }
  const read = async (socket: RawSocket): Promise<Update> =>
    Object(dataOf(await socket.receive())['webhookDeliveries'])

  async function newEndpoint(url: string): Promise<string> {
    const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url, eventTypes: ['location.*'] },
    })
    if (webhookEndpointCreate.endpoint == null) throw new Error('no endpoint')
    return webhookEndpointCreate.endpoint.id
  }

  it('shows every attempt of an endpoint, and nothing of another one', async () => {
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: receiver.received.length === 1 ? 503 : 200 })
    const endpointId = await newEndpoint(receiver.url)
    const other = await newEndpoint(receiver.url)
    using socket = await subscribe(LOG, { endpointId })
    // Its first read tells it where the log ends.
    using statements = noteStatements()
    await expect
      .poll(() => statements.texts.some((text) => text.includes('webhook_attempt')), PATIENT)
      .toBe(true)
    await ask(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
    const updates: Update[] = []
    for (;;) {
      const update = await read(socket)
      updates.push(update)
      const status: unknown = Reflect.get(Object(Reflect.get(update, 'delivery')), 'status')
      if (status === 'SUCCEEDED' && Reflect.get(Object(update.attempt), 'succeeded') === true) break
    }
    expect(new Set(updates.map((update) => update.attempt?.id)).size).toBe(updates.length)
    expect(updates.at(-1)).toMatchObject({
      attempt: { succeeded: true, statusCode: 200 },
      delivery: { eventType: 'location.created' },
    })
    expect(other).not.toBe(endpointId)
    expect(socket.unread).toEqual([])
  })

  it('misses no attempt whose transaction began first and ended last, live or after a cut', async () => {
    await using receiver = await startReceiver()
    const endpointId = await newEndpoint(receiver.url)
    const insert = `INSERT INTO webhook_attempt (started_at, delivery_id, organization_id, endpoint_id, attempt, succeeded, request_headers, total_ms)
      VALUES (now(), $1, $2, $3, 1, true, '', 1) RETURNING id`
    using socket = await subscribe(LOG, { endpointId })
    using statements = noteStatements()
    await expect
      .poll(() => statements.texts.some((text) => text.includes('webhook_attempt')), PATIENT)
      .toBe(true)
    await withClient(test.databaseUrl, async (slow) => {
      await slow.query('BEGIN')
      const values = ['whd-slow', org.organizationId, endpointId]
      const late: string = (await slow.query(insert, values)).rows[0].id
      const early: string = (await test.app.database.pool.query(insert, values)).rows[0].id
      const first = await read(socket)
      expect(first.attempt?.id).toBe(early)
      await slow.query('COMMIT')
      const second = await read(socket)
      expect(second.attempt?.id).toBe(late)
      using resumed = await subscribe(LOG, { endpointId, after: String(first.cursor) })
      const again = [(await read(resumed)).attempt?.id, (await read(resumed)).attempt?.id]
      expect(again).toContain(late)
    })
  })

  it('is refused for an endpoint of another organization', async () => {
    await using receiver = await startReceiver()
    const endpointId = await newEndpoint(receiver.url)
    org = await addOrganization(test)
    using socket = await subscribe(LOG, { endpointId })
    expect((await socket.receive()).payload).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })
})
