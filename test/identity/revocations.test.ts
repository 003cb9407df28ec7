import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, addOrganization, ask, send, type TestApp } from '../harness/app.ts'
import {
  ChangePlan,
  RevokeApiKey,
  SignIn,
  SignOut,
  SuspendUser,
  UpdateUser,
  Viewer,
} from '../harness/identity-documents.ts'
import { openSession, openSocket } from '../harness/live.ts'

// Two whole products on one database: rights taken away in one end what is open in the other.
let here: TestApp
let there: TestApp
beforeAll(async () => {
  here = await startTestApp()
  there = await startTestApp({}, here.databaseUrl)
})
afterAll(async () => {
  await there[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const socketUrl = () => `${there.url.replace('http', 'ws')}/graphql`
const EVENTS = 'subscription { events { __typename } }'

async function endsWithin(ms: number, closed: Promise<unknown>, act: () => Promise<unknown>) {
  await act()
  const actedAt = performance.now()
  await closed
  expect(performance.now() - actedAt).toBeLessThan(ms)
}

/** An event stream over HTTP; resolves when it is cut. */
async function openStream(credentials: object): Promise<{ closed: Promise<void> }> {
  const response = await fetch(`${there.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'text/event-stream',
      ...credentials,
    },
    body: JSON.stringify({ query: EVENTS }),
  })
  expect(response.status).toBe(200)
  const reader = response.body?.getReader()
  const closed = (async () => {
    try {
      while ((await reader?.read())?.done === false);
    } catch {
      // Cut without a closing message, as it should be.
    }
  })()
  return { closed }
}

describe('what was opened in another process ends within a second', () => {
  it('when a key is revoked, on sockets and event streams, and requests are refused at once', async () => {
    const org = await addOrganization(here)
    const key = await org.addApiKey(['work-orders:read'])
    const other = await org.addApiKey(['work-orders:read'])
    const socket = await openSession(socketUrl(), key)
    const untouched = await openSession(socketUrl(), other)
    const stream = await openStream(key)
    const { viewer } = await ask(there.url, key, Viewer)
    await endsWithin(1_000, Promise.all([socket.closed, stream.closed]), () =>
      ask(here.url, org.owner, RevokeApiKey, { input: { id: viewer.apiKeyId ?? '' } }),
    )
    expect((await socket.closed).code).toBe(4403)
    expect((await send(there.url, key, Viewer)).status).toBe(401)
    expect(untouched.isOpen).toBe(true)
    untouched[Symbol.dispose]()
  })

  it('when a user is suspended', async () => {
    const org = await addOrganization(here)
    const user = await org.addUser('MANAGER')
    const socket = await openSession(socketUrl(), user.credentials)
    await endsWithin(1_000, socket.closed, () =>
      ask(here.url, org.owner, SuspendUser, { input: { id: user.userId } }),
    )
    expect((await send(there.url, user.credentials, Viewer)).status).toBe(401)
  })

  it('when a role changes; the client may come back with its new one', async () => {
    const org = await addOrganization(here)
    const user = await org.addUser('MANAGER')
    const socket = await openSession(socketUrl(), user.credentials)
    await ask(there.url, user.credentials, Viewer)
    await endsWithin(1_000, socket.closed, () =>
      ask(here.url, org.owner, UpdateUser, { input: { id: user.userId, role: 'VIEWER' } }),
    )
    expect((await ask(there.url, user.credentials, Viewer)).viewer.role).toBe('VIEWER')
    const again = await openSession(socketUrl(), user.credentials)
    expect(again.isOpen).toBe(true)
    again[Symbol.dispose]()
  })

  it('when a session is signed out, and that session only', async () => {
    const org = await addOrganization(here)
    const email = (await ask(here.url, org.owner, Viewer)).viewer.user?.id ?? ''
    const { database } = here.app
    const owner = await database.unscoped.user.findFirstOrThrow({ where: { id: email } })
    const input = { email: owner.email, password: `password of ${owner.email.slice(6, 14)}` }
    const [a, b] = await Promise.all([1, 2].map(() => ask(here.url, {}, SignIn, { input })))
    const bearer = (token = '') => ({ Authorization: `Bearer ${token}` })
    const first = await openSession(socketUrl(), bearer(a?.signIn.accessToken))
    const second = await openSession(socketUrl(), bearer(b?.signIn.accessToken))
    await endsWithin(1_000, first.closed, () =>
      ask(here.url, bearer(a?.signIn.accessToken), SignOut, { input: {} }),
    )
    expect(second.isOpen).toBe(true)
    second[Symbol.dispose]()
  })

  it('when the plan loses API access', async () => {
    const org = await addOrganization(here)
    const key = await org.addApiKey(['work-orders:read'])
    const socket = await openSession(socketUrl(), key)
    await endsWithin(1_000, socket.closed, () =>
      ask(here.url, org.owner, ChangePlan, { input: { plan: 'BASIC' } }),
    )
    const again = await openSocket(socketUrl())
    again.send({ type: 'connection_init', payload: key })
    expect((await again.closed).code).toBe(4403)
  })

  it('also while notifications cannot come', async () => {
    const org = await addOrganization(here)
    const key = await org.addApiKey(['work-orders:read'])
    const socket = await openSession(socketUrl(), key)
    const { viewer } = await ask(there.url, key, Viewer)
    await here.app.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plantroom revocations'`,
    )
    await endsWithin(2_000, socket.closed, () =>
      ask(here.url, org.owner, RevokeApiKey, { input: { id: viewer.apiKeyId ?? '' } }),
    )
  })
})

describe('the limit', () => {
  it('holds over two servers and sixteen clients', async () => {
    const limited = { REQUESTS_PER_MINUTE: '200' }
    await using one = await startTestApp(limited, here.databaseUrl)
    await using two = await startTestApp(limited, here.databaseUrl)
    const org = await addOrganization(one)
    const key = await org.addApiKey(['work-orders:read'])
    let [granted, refused] = [0, 0]
    await Promise.all(
      Array.from({ length: 16 }, async (_, client) => {
        const url = client % 2 === 0 ? one.url : two.url
        while (refused < 100) {
          const { status } = await send(url, key, '{ __typename }')
          if (status === 200) granted++
          else refused++
        }
      }),
    )
    expect(granted).toBeGreaterThanOrEqual(198)
    expect(granted).toBeLessThanOrEqual(202)
  })
})
