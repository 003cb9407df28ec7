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
import { noteStatements } from './harness/statements.ts'

const PEOPLE = 80

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

describe('the rights of open sockets', () => {
  it('are checked by one statement for all callers, and end within a second in every process', async () => {
    const people = await Promise.all(Array.from({ length: PEOPLE }, () => org.addUser('VIEWER')))
    const keeper = await org.addUser('VIEWER')
    const sockets = await Promise.all(
      people.flatMap(({ credentials }) =>
        servers.map((server) => openSession(server.socketUrl, credentials)),
      ),
    )
    using kept = await openSession(servers[0].socketUrl, keeper.credentials)
    using statements = noteStatements()
    const startedAt = performance.now()
    await expect
      .poll(() => statements.texts.filter(isRecheck).length, PATIENT)
      .toBeGreaterThanOrEqual(6)
    const checks = statements.texts.filter(isRecheck).length
    // Three processes at most each 0.7 s; the app's own server has no sockets but asks as well.
    const rounds = (performance.now() - startedAt) / 700 + 1
    expect(checks).toBeLessThanOrEqual(3 * rounds)
    expect(statements.texts.filter((text) => text.includes('WHERE app_user.id = $1'))).toEqual([])

    await test.app.database.unscoped.user.updateMany({
      where: { id: { in: people.map(({ userId }) => userId) } },
      data: { status: 'SUSPENDED' },
    })
    const suspendedAt = performance.now()
    const codes = await Promise.all(sockets.map(async (socket) => (await socket.closed).code))
    expect(performance.now() - suspendedAt).toBeLessThan(1_000)
    expect(new Set(codes)).toEqual(new Set([4403]))
    expect(kept.isOpen).toBe(true)
  })

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

function isRecheck(text: string): boolean {
  return text.includes('json_agg') && text.includes('api_key.id = ANY')
}
