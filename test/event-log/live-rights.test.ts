import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/database/reading/cursor.ts'
import { Role } from '../../src/generated/prisma/enums.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { ChangeStatus, CreateLocation, CreateWorkOrder, ReadEvents } from '../harness/documents.ts'
import { type LiveServer, openSession, startLiveServer } from '../harness/live.ts'

const PATIENT = { timeout: 10_000 }

let test: TestApp
let servers: [LiveServer, LiveServer]
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  servers = [await startLiveServer(test), await startLiveServer(test)]
  org = await addOrganization(test)
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await test[Symbol.asyncDispose]()
})

describe('the rights of a caller', () => {
  it.each(Object.values(Role))('let the stream of a %s hold what they may read', async (role) => {
    const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    await ask(test.url, org.owner, CreateWorkOrder, {
      input: { title: 'Lamp', locationId: locationCreate.location?.id ?? '' },
    })
    const { credentials } = await org.addUser(role)
    using socket = await openSession(servers[1].socketUrl, credentials)
    const query =
      'subscription ($after: EventCursor) { events(after: $after) { ... on EventEnvelope { id type } ... on StreamCheckpoint { caughtUp } } }'
    const variables = { after: encodeCursor(0n) }
    await expect
      .poll(
        async () =>
          (await ask(test.url, org.owner, ReadEvents, { first: 100 })).events.nodes.at(-1)?.type,
        PATIENT,
      )
      .toBe('workorder.created')
    const allowed = (await ask(test.url, credentials, ReadEvents, { first: 100 })).events.nodes
    socket.send({ type: 'subscribe', id: '1', payload: { query, variables } })
    const streamed: unknown[] = []
    for (;;) {
      const { payload } = await socket.receive()
      const item: { id?: string; caughtUp?: boolean } = Reflect.get(
        Reflect.get(Object(payload), 'data'),
        'events',
      )
      if (item.caughtUp === true) break
      streamed.push(item.id)
    }
    expect(streamed).toEqual(allowed.map((event) => event.id))
    expect(streamed.length).toBeGreaterThan(0)
  })
})

describe('who reads only their own work orders', () => {
  const BOARD = `subscription ($after: EventCursor) {
    workOrderBoard(after: $after) {
      ... on WorkOrderBoardChange { event { type } workOrder { id title } }
      ... on StreamCheckpoint { caughtUp }
    }
  }`
  const EVENTS = `subscription ($after: EventCursor) {
    events(types: ["workorder.*"], after: $after) {
      ... on EventEnvelope { type data }
      ... on StreamCheckpoint { caughtUp }
    }
  }`
  let site: string
  beforeAll(async () => {
    const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    site = locationCreate.location?.id ?? ''
  })

  async function newOrder(input: object = {}, by: Credentials = org.owner): Promise<string> {
    const { workOrderCreate } = await ask(test.url, by, CreateWorkOrder, {
      input: { title: 'Lamp', locationId: site, ...input },
    })
    expect(workOrderCreate.userErrors).toEqual([])
    return workOrderCreate.workOrder?.id ?? ''
  }

  /** A work order that a requester asked for and a manager accepted. */
  async function requestOrder(by: Credentials): Promise<string> {
    const create =
      'mutation ($input: WorkRequestCreateInput!) { workRequestCreate(input: $input) { workRequest { id } } }'
    const asked = await send<{ workRequestCreate: { workRequest: { id: string } } }, object>(
      test.url,
      by,
      create,
      { input: { title: 'Drip', locationId: site } },
    )
    const accept =
      'mutation ($input: WorkRequestAcceptInput!) { workRequestAccept(input: $input) { workRequest { workOrder { id } } } }'
    const accepted = await send<
      { workRequestAccept: { workRequest: { workOrder: { id: string } } } },
      object
    >(test.url, org.owner, accept, { input: { id: asked.data.workRequestCreate.workRequest.id } })
    return accepted.data.workRequestAccept.workRequest.workOrder.id
  }

  async function follow(who: Credentials, query: string, after?: bigint) {
    const socket = await openSession(servers[0].socketUrl, who)
    const variables = after === undefined ? {} : { after: encodeCursor(after) }
    socket.send({ type: 'subscribe', id: '1', payload: { query, variables } })
    return {
      socket,
      async read(): Promise<Record<string, unknown>> {
        const data: unknown = Reflect.get(Object((await socket.receive()).payload), 'data')
        return Object(Object.values(Object(data))[0])
      },
    }
  }

  const start = (id: string) =>
    ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'IN_PROGRESS' } })

  it("gets them live as a requester, and nobody else's", async () => {
    const [one, two] = [await org.addUser('REQUESTER'), await org.addUser('REQUESTER')]
    const stream = await follow(one.credentials, EVENTS)
    const board = await follow(two.credentials, BOARD)
    expect(await stream.read()).toEqual({ caughtUp: true })
    expect(await board.read()).toEqual({ caughtUp: true })
    await newOrder()
    const [first, second] = [
      await requestOrder(one.credentials),
      await requestOrder(two.credentials),
    ]
    await start(second)
    await start(first)
    const body = (id: string) => ({ object: { id, title: 'Drip' } })
    expect(await stream.read()).toMatchObject({ type: 'workorder.created', data: body(first) })
    expect(await stream.read()).toMatchObject({
      type: 'workorder.status.changed',
      data: body(first),
    })
    for (const type of ['workorder.created', 'workorder.status.changed']) {
      expect(await board.read()).toEqual({
        event: { type },
        workOrder: { id: second, title: 'Drip' },
      })
    }
    stream.socket[Symbol.dispose]()
    board.socket[Symbol.dispose]()
  })

  it('gets as a contractor those given to their company or to one of its people', async () => {
    const [one, colleague, stranger, loose] = [
      await org.addUser('CONTRACTOR'),
      await org.addUser('CONTRACTOR'),
      await org.addUser('CONTRACTOR'),
      await org.addUser('CONTRACTOR'),
    ]
    const { company, user } = test.app.database.unscoped
    await company.createMany({
      data: ['cmp-lifts', 'cmp-roofs', 'cmp-gardens'].map((id) => ({
        id,
        organizationId: org.organizationId,
        name: id,
        kind: 'BRANCH' as const,
      })),
    })
    for (const [person, companyId] of [
      [one, 'cmp-lifts'],
      [colleague, 'cmp-lifts'],
      [stranger, 'cmp-roofs'],
    ] as const) {
      await user.update({ where: { id: person.userId }, data: { companyId } })
    }
    const head = BigInt(
      (await ask(test.url, org.owner, ReadEvents, { first: 100 })).events.nodes.length,
    )
    const streams = [
      await follow(one.credentials, BOARD),
      await follow(stranger.credentials, BOARD),
      await follow(loose.credentials, EVENTS),
    ]
    for (const stream of streams) expect(await stream.read()).toEqual({ caughtUp: true })
    const ofCompany = await newOrder({ companyId: 'cmp-lifts' })
    const ofColleague = await newOrder({ assigneeId: colleague.userId })
    const ofOthers = await newOrder({ assigneeId: stranger.userId })
    await newOrder({ companyId: 'cmp-gardens' })
    await newOrder({ assigneeId: loose.userId })
    await start(ofColleague)
    const expected = [
      [ofCompany, 'workorder.created'],
      [ofColleague, 'workorder.created'],
      [ofColleague, 'workorder.status.changed'],
    ]
    for (const [id, type] of expected) {
      expect(await streams[0]?.read()).toMatchObject({ event: { type }, workOrder: { id } })
    }
    expect(await streams[1]?.read()).toMatchObject({ workOrder: { id: ofOthers } })
    // Read again from before all of it, which ends with a checkpoint: nothing else was theirs.
    const whole = async (who: Credentials) => {
      const again = await follow(who, EVENTS, head)
      const ids: unknown[] = []
      for (;;) {
        const item = await again.read()
        if ('caughtUp' in item) break
        ids.push(Reflect.get(Object(Reflect.get(Object(item['data']), 'object')), 'id'))
      }
      again.socket[Symbol.dispose]()
      return ids
    }
    expect(await whole(one.credentials)).toEqual(expected.map(([id]) => id))
    expect(await whole(stranger.credentials)).toEqual([ofOthers])
    expect(await whole(loose.credentials)).toEqual([])
    for (const { socket } of streams) socket[Symbol.dispose]()
  })

  it('gets the same by query, and of requests too', async () => {
    const { userId, credentials } = await org.addUser('REQUESTER')
    const id = await requestOrder(credentials)
    await requestOrder((await org.addUser('REQUESTER')).credentials)
    const read = async (type: string) => {
      const variables = { first: 100, types: [type] }
      const { events } = await ask(test.url, credentials, ReadEvents, variables)
      return events.nodes.map((event) => [
        event.type,
        Object(Reflect.get(Object(event.data), 'object')) as Record<string, unknown>,
      ])
    }
    await expect.poll(async () => (await read('workorder.*')).length, PATIENT).toBe(1)
    expect(await read('workorder.*')).toMatchObject([['workorder.created', { id }]])
    expect(await read('work_request.*')).toMatchObject([
      ['work_request.created', { requestedBy: userId }],
      ['work_request.accepted', { requestedBy: userId, workOrderId: id }],
    ])
  })
})
