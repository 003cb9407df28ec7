import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRequestLimiter } from '../../src/access/request-limiter.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { addOrganization, ask, send, startTestApp, type TestApp } from '../harness/app.ts'

const RateLimit = graphql(`
  query RateLimit {
    rateLimit {
      limit
      remaining
      used
      resetAt
      requests
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp({ REQUESTS_PER_MINUTE: '40' })
})
afterAll(() => test[Symbol.asyncDispose]())

describe('the request limit', () => {
  it('is told by headers and by a field', async () => {
    const org = await addOrganization(test)
    await ask(test.url, org.owner, RateLimit)
    const second = await send(test.url, org.owner, RateLimit)
    expect(second.data.rateLimit).toMatchObject({ limit: 40, remaining: 38, used: 2, requests: 1 })
    expect(second.headers.get('ratelimit-limit')).toBe('40')
    expect(second.headers.get('ratelimit-remaining')).toBe('38')
    expect(Number(second.headers.get('ratelimit-reset'))).toBeGreaterThan(55)
    expect(Number(second.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(61)
    expect(second.headers.get('ratelimit-policy')).toBe('40;w=60')
    expect(second.headers.get('retry-after')).toBeNull()
  })

  it('answers 429 with Retry-After, to one caller and not to others', async () => {
    const org = await addOrganization(test)
    const other = await org.addApiKey(['work-orders:read'])
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send(test.url, org.owner, RateLimit)),
    )
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(40)
    const refused = answers.find((answer) => answer.status === 429)
    expect(refused?.errors).toMatchObject([
      { message: 'Too many requests', extensions: { code: 'RATE_LIMITED' } },
    ])
    const wait = Number(refused?.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(50)
    expect(wait).toBeLessThanOrEqual(61)
    expect(refused?.headers.get('ratelimit-remaining')).toBe('0')
    expect((await send(test.url, other, RateLimit)).status).toBe(200)
  })

  it('counts a mutation once per top-level field', async () => {
    const org = await addOrganization(test)
    const field = (name: string) =>
      `${name}: locationCreate(input: { name: "${name}", kind: LOCATION }) { userErrors { message } }`
    const { data, status } = await send(
      test.url,
      org.owner,
      `mutation { ${['a', 'b', 'c'].map(field).join('\n')} }`,
    )
    expect([status, Object.keys(data as object)]).toEqual([200, ['a', 'b', 'c']])
    const { rateLimit } = await ask(test.url, org.owner, RateLimit)
    expect(rateLimit?.used).toBe(4)
    // 25 more and then 20 more are too many; nothing of a refused mutation runs.
    const names = Array.from({ length: 25 }, (_, index) => `m${index}`)
    await send(test.url, org.owner, `mutation { ${names.map(field).join('\n')} }`)
    const refused = await send(test.url, org.owner, `mutation { ${names.map(field).join('\n')} }`)
    expect(refused.status).toBe(429)
    const made = await test.app.database.unscoped.location.count({
      where: { organizationId: org.organizationId },
    })
    expect(made).toBe(28)
  })

  it('counts what is refused for its form as well', async () => {
    const org = await addOrganization(test)
    await send(test.url, org.owner, '{ nonsense')
    await send(test.url, org.owner, '{ nonsense }')
    const { rateLimit } = await ask(test.url, org.owner, RateLimit)
    expect(rateLimit?.used).toBe(3)
  })

  it('holds over several processes, and gives back what a process did not use', async () => {
    const { pool } = test.app.database
    const limiters = [createRequestLimiter(pool), createRequestLimiter(pool)]
    const of = { subject: `key-${Date.now()}`, organizationId: '', limit: 1_000 }
    let granted = 0
    const deadline = Date.now() + 3_000
    await Promise.all(
      Array.from({ length: 16 }, async (_, client) => {
        while (Date.now() < deadline) {
          const answer = await limiters[client % 2]?.take(of, 1)
          if (answer?.granted === true) granted++
          else await sleep(5)
        }
      }),
    )
    expect(granted).toBeLessThanOrEqual(1_000)
    expect(granted).toBeGreaterThanOrEqual(990)
  })

  it('lets a few in on credit while much is left, and no more than that', async () => {
    const { pool } = test.app.database
    const of = { subject: `key-credit-${Date.now()}`, organizationId: '', limit: 1_000 }
    let claims = Promise.resolve()
    const slow = Object.create(pool, {
      query: { value: (...given: [string]) => claims.then(() => pool.query(...given)) },
    })
    const limiter = createRequestLimiter(slow)
    expect(await limiter.take(of, 1)).toMatchObject({ granted: true, remaining: 999 })
    const { promise, resolve } = Promise.withResolvers<void>()
    claims = promise
    // The database does not answer: four are let in, the fifth waits.
    const answers = [1, 2, 3, 4, 5].map(() => limiter.take(of, 1))
    for (const [index, answer] of answers.slice(0, 4).entries()) {
      expect(await answer).toMatchObject({ granted: true, remaining: 998 - index })
    }
    const fifth = await Promise.race([answers[4], sleep(50).then(() => 'waits')])
    expect(fifth).toBe('waits')
    resolve()
    expect((await answers[4])?.granted).toBe(true)
    // Every one of them is claimed in the end.
    const used = () =>
      pool.query('SELECT used FROM claim_requests($1, $2, 0, 0, 1000, 0, 0)', [of.subject, ''])
    await expect
      .poll(async () => (await used()).rows[0].used, { timeout: 5_000 })
      .toBeGreaterThanOrEqual(6)
  })

  it('forgets what is older than a minute', async () => {
    const { pool } = test.app.database
    const limiter = createRequestLimiter(pool)
    const of = { subject: `key-old-${Date.now()}`, organizationId: '', limit: 10 }
    for (let taken = 0; taken < 10; taken++) expect((await limiter.take(of, 1)).granted).toBe(true)
    expect((await limiter.take(of, 1)).granted).toBe(false)
    // As if 61 seconds had passed: the ring is turned back by as many quarters.
    await pool.query('UPDATE rate_window SET newest = newest - 244 WHERE subject = $1', [
      of.subject,
    ])
    expect((await createRequestLimiter(pool).take(of, 1)).remaining).toBe(9)
  })
})

describe('what an operation may cost', () => {
  it('is told in the extensions', async () => {
    const org = await addOrganization(test)
    const response = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...org.owner } as Record<string, string>,
      body: JSON.stringify({ query: '{ workOrders(first: 50) { nodes { id } } }' }),
    })
    const answer = JSON.parse(await response.text())
    expect(answer.extensions.cost).toEqual({ points: 101, maximumPoints: 20_000, requests: 1 })
  })

  it('is bounded, and the refusal names the field that costs most', async () => {
    const org = await addOrganization(test)
    const query = `query Dear($first: Int!) {
      viewer { role }
      locations(first: 10) { nodes { id } }
      workOrders(first: $first) { nodes { id location { id parent { id parent { id } } } ...rest } }
    }
    fragment rest on WorkOrder { ${'location { id name kind created updated } '.repeat(60)} }`
    const refused = await send(test.url, org.owner, query, { first: 100 })
    expect(refused.status).toBe(400)
    expect(refused.errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX')
    expect(refused.errors[0]?.message).toMatch(/costs \d+ points.*"workOrders\.nodes/)
    expect(refused.data).toBeUndefined()
  })

  it('is bounded where records of several kinds are selected as well', async () => {
    const org = await addOrganization(test)
    const query = `{ events(first: 100) { nodes { subject {
      id ... on Location { children(first: 100) { nodes { id } } }
      ...order
    } } } }
    fragment order on WorkOrder { location { id children(first: 100) { nodes { id } } } }`
    const refused = await send(test.url, org.owner, query)
    expect(refused.status).toBe(400)
    expect(refused.errors[0]?.message).toContain('"events.nodes.subject')
    expect(refused.errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX')
  })

  it('is bounded in depth', async () => {
    const org = await addOrganization(test)
    let query = 'id'
    for (let level = 0; level < 14; level++) query = `parent { ${query} }`
    const refused = await send(test.url, org.owner, `{ locations { nodes { ${query} } } }`)
    expect(refused.status).toBe(400)
    expect(refused.errors[0]?.message).toContain('"locations.nodes.parent')
  })
})

describe('a request that takes too long', () => {
  it('answers QUERY_TIMEOUT and its statement is cancelled', async () => {
    await using slow = await startTestApp({ QUERY_TIMEOUT: '300ms' })
    const org = await addOrganization(slow)
    const { pool } = slow.app.database
    const blocker = await pool.connect()
    try {
      await blocker.query('BEGIN')
      await blocker.query('LOCK TABLE work_order IN ACCESS EXCLUSIVE MODE')
      const startedAt = performance.now()
      const answer = await send(slow.url, org.owner, '{ workOrders { nodes { id } } }')
      expect(performance.now() - startedAt).toBeLessThan(2_000)
      expect(answer.errors).toMatchObject([{ extensions: { code: 'QUERY_TIMEOUT' } }])
      expect(answer.status).toBe(504)
      const waiting = async () => {
        const rows = await pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%work_order%'
              AND datname = current_database() AND pid <> pg_backend_pid()`,
        )
        return rows.rowCount
      }
      await expect.poll(waiting, { timeout: 3_000 }).toBe(0)
    } finally {
      await blocker.query('ROLLBACK')
      blocker.release()
    }
    expect((await send(slow.url, org.owner, '{ workOrders { nodes { id } } }')).status).toBe(200)
  })
})
