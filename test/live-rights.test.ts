import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCursor } from '../src/db/cursor.ts'
import { Role } from '../src/generated/prisma/enums.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from './harness/app.ts'
import { CreateLocation, CreateWorkOrder, ReadEvents } from './harness/documents.ts'
import { type LiveServer, openSession, startLiveServer } from './harness/live.ts'

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
