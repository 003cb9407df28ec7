import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFairLines } from '../../src/access/fair-lines.ts'
import { createTokenBuckets } from '../../src/access/token-buckets.ts'
import { generateApiKey } from '../../src/identity/keys/api-keys.ts'
import { createTurns } from '../../src/identity/sessions/sign-in-turns.ts'
import {
  addOrganization,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { SignIn } from '../harness/identity-documents.ts'
import { openSocket } from '../harness/live.ts'

const VIEWER = '{ viewer { role } }'
/** Wrong credentials from one address until the next one is told to wait. */
const WRONG = 60
/** The same wrong ones until they are no longer looked at. */
const SAME = 10

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent', TRUSTED_PROXIES: '127.0.0.0/8' })
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

/** From a client behind a proxy. */
const askFrom = (address: string, credentials: Credentials) =>
  send(test.url, { ...credentials, 'X-Forwarded-For': address } as unknown as Credentials, VIEWER)
const wrongKey = (): Credentials => ({ 'X-Api-Key': generateApiKey() })
const statusesOf = async (count: number, ask: (n: number) => Promise<{ status: number }>) =>
  (await Promise.all(Array.from({ length: count }, (_, n) => ask(n)))).map(({ status }) => status)
const countOf = (statuses: number[], status: number) =>
  statuses.filter((each) => each === status).length

describe('wrong credentials', () => {
  it('are limited per address: after some of them 429 with Retry-After', async () => {
    const statuses = await statusesOf(WRONG + 20, () => askFrom('192.0.2.1', wrongKey()))
    expect(countOf(statuses, 401)).toBeGreaterThanOrEqual(WRONG)
    expect(countOf(statuses, 429)).toBeGreaterThanOrEqual(15)
    const refused = await askFrom('192.0.2.1', { Authorization: 'Bearer x.y.z' })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.errors).toMatchObject([
      { message: 'Too many wrong credentials', extensions: { code: 'RATE_LIMITED' } },
    ])
    // Another address has its own.
    expect((await askFrom('192.0.2.2', wrongKey())).status).toBe(401)
  })

  it('do not lock out neighbours behind the same address, known or new, over HTTP and WebSocket', async () => {
    const known = await org.addApiKey(['locations:read'])
    expect((await askFrom('192.0.2.3', known)).status).toBe(200)
    const flood = statusesOf(400, () => askFrom('192.0.2.3', wrongKey()))
    const fresh = await Promise.all(
      Array.from({ length: 20 }, () => org.addApiKey(['locations:read'])),
    )
    expect(await statusesOf(20, (n) => askFrom('192.0.2.3', fresh[n] ?? {}))).toEqual(
      Array(20).fill(200),
    )
    expect(await statusesOf(20, () => askFrom('192.0.2.3', known))).toEqual(Array(20).fill(200))
    expect((await askFrom('192.0.2.3', org.owner)).status).toBe(200)
    using socket = await openSocket(`${test.url.replace('http', 'ws')}/graphql`)
    socket.send({ type: 'connection_init', payload: await org.addApiKey(['locations:read']) })
    expect(await socket.receive()).toEqual({ type: 'connection_ack' })
    expect(countOf(await flood, 429)).toBeGreaterThan(300)
  })

  it('the same ones again and again are not looked at any more', async () => {
    const wrong = wrongKey()
    let statements = 0
    const { pool } = test.app.database
    const query = pool.query.bind(pool)
    Object.assign(pool, {
      query: (...given: [{ name?: string }]) => {
        if (given[0].name === 'identify') statements++
        return query(...(given as unknown as [string]))
      },
    })
    const statuses: number[] = []
    for (let n = 0; n < 50; n++) statuses.push((await askFrom('192.0.2.4', wrong)).status)
    Object.assign(pool, { query })
    expect(countOf(statuses, 401)).toBeLessThanOrEqual(SAME + 2)
    expect(countOf(statuses, 429)).toBeGreaterThanOrEqual(38)
    expect(statements).toBeLessThanOrEqual(SAME + 4)
  })

  it('a flood of them costs a statement for many', async () => {
    let statements = 0
    const { pool } = test.app.database
    const query = pool.query.bind(pool)
    Object.assign(pool, {
      query: (...given: [{ name?: string }]) => {
        if (given[0].name === 'identify') statements++
        return query(...(given as unknown as [string]))
      },
    })
    await statusesOf(400, (n) => askFrom(`198.51.100.${n % 200}`, wrongKey()))
    Object.assign(pool, { query })
    expect(statements).toBeGreaterThan(0)
    expect(statements).toBeLessThan(200)
  })
})

describe('anonymous sign-ins', () => {
  const signInFrom = (address: string, email: string) =>
    send(test.url, { 'X-Forwarded-For': address } as unknown as Credentials, SignIn, {
      input: { email, password: 'wrong' },
    })

  it('in a flood from one address make others wait for no more than their turn', async () => {
    const startedAt = performance.now()
    const flood = Promise.all(
      Array.from({ length: 50 }, (_, n) => signInFrom('203.0.113.1', `flood-${n}@example.com`)),
    ).then(() => performance.now() - startedAt)
    // When the flood has been taken in.
    await signInFrom('203.0.113.2', 'first@example.com')
    const askedAt = performance.now()
    expect((await signInFrom('203.0.113.3', 'somebody@example.com')).status).toBe(401)
    const waitedMs = performance.now() - askedAt
    const floodMs = await flood
    expect(waitedMs).toBeLessThan(floodMs / 3)
  })

  it('wait in bounded lines, and whoever brings most is refused first', async () => {
    const turns = createTurns(1, 3, 4)
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    const done: string[] = []
    const ask = (address: string, name: string) =>
      turns
        .run(address, async () => {
          await opened
          done.push(name)
        })
        .catch(() => done.push(`${name} refused`))
    const all = [
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => ask('192.0.2.1', name)),
      ask('192.0.2.2', 'b1'),
      ask('192.0.2.3', 'c1'),
    ]
    open()
    await Promise.all(all)
    const isRefused = (name: string) => name.endsWith('refused')
    expect(done.filter(isRefused)).toEqual(['a5 refused', 'a4 refused'])
    expect(done.filter((name) => !isRefused(name))).toEqual(['a1', 'a2', 'b1', 'c1', 'a3'])
  })
})

describe('the parts', () => {
  it('lines are served one after the other', () => {
    const lines = createFairLines<string>()
    for (const item of ['a1', 'a2', 'a3']) lines.add('a', item)
    lines.add('b', 'b1')
    expect([lines.take(), lines.take(), lines.take(), lines.size]).toEqual(['a1', 'b1', 'a2', 1])
    expect(lines.dropFromLongest()).toEqual({ name: 'a', item: 'a3' })
    expect([lines.take(), lines.size]).toEqual([undefined, 0])
  })

  it('buckets remember no more than 20,000 names', () => {
    const buckets = createTokenBuckets({ most: 1, refillMs: 60_000 })
    expect([buckets.take('first'), buckets.take('first') > 0]).toEqual([0, true])
    for (let n = 0; n < 20_000; n++) buckets.take(`name ${n}`)
    expect(buckets.waitOf('first')).toBe(0)
    expect(buckets.waitOf('name 19999')).toBeGreaterThan(0)
  })
})
