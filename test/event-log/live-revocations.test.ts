import { availableParallelism, loadavg } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateApiKey, hashApiKey } from '../../src/identity/keys/api-keys.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import {
  addOrganization,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { type LiveServer, openSession, startLiveServer } from '../harness/live.ts'
import { noteStatements } from '../harness/statements.ts'

// Rights that end behind the product's back, so that no process says a word of it: what is open with
// them must end all the same, for any number of callers and for the price of one statement.

const OF_EACH_KIND = 180
const UNTOUCHED = 200
/** Per server process. */
const CHECKS_PER_SECOND = 2

let test: TestApp
let servers: [LiveServer, LiveServer]
let org: TestOrganization
/** Its plan is what is lost. */
let downgraded: TestOrganization

beforeAll(async () => {
  // They all come from this machine.
  test = await startTestApp({ CONNECTIONS_PER_ADDRESS: '5000' })
  servers = [await startLiveServer(test), await startLiveServer(test)]
  org = await addOrganization(test)
  downgraded = await addOrganization(test)
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await test[Symbol.asyncDispose]()
})

const sql = (text: string, values: unknown[] = []) => test.app.database.pool.query(text, values)

/** Keys of an organization; the kind is their name, by which they are found again. */
async function addKeys(
  kind: string,
  of: TestOrganization,
  count: number,
  integrationId?: string,
): Promise<Credentials[]> {
  const keys = Array.from({ length: count }, generateApiKey)
  await sql(
    `INSERT INTO api_key (id, organization_id, name, scopes, key_hash, last_four, created_by_id, integration_id)
     SELECT 'key-' || md5(hash), $1, $2, '{work-orders:read,locations:read}', hash, 'test', $3, $4
       FROM unnest($5::text[]) AS hash`,
    [of.organizationId, kind, of.ownerId, integrationId ?? null, keys.map(hashApiKey)],
  )
  return keys.map((key) => ({ 'X-Api-Key': key }))
}

/** People with a token each; the kind is their name. */
async function addPeople(kind: string, role: string, withSession: boolean): Promise<Credentials[]> {
  const ids = Array.from({ length: OF_EACH_KIND }, (_, n) => `usr-${kind}-${n}`)
  await sql(
    `INSERT INTO app_user (id, organization_id, email, name, role, company_id)
     SELECT id, $1, id || '@example.com', $2, $3::role, 'cmp-one' FROM unnest($4::text[]) AS id`,
    [org.organizationId, kind, role, ids],
  )
  if (withSession) {
    await sql(
      `INSERT INTO session (id, organization_id, user_id, remote_address, expires_at)
       SELECT 'ses-' || id, $1, id, '127.0.0.1', now() + interval '1 day' FROM unnest($2::text[]) AS id`,
      [org.organizationId, ids],
    )
  }
  return Promise.all(
    ids.map(async (id) => {
      const options = withSession ? { sessionId: `ses-${id}` } : {}
      const { token } = await issueAccessToken(test.config.auth, id, options)
      return { Authorization: `Bearer ${token}` }
    }),
  )
}

/** Every way in which a right ends, and the statement that ends it for everybody of the kind. */
const ENDINGS: Record<string, string> = {
  'revoked key': `UPDATE api_key SET revoked_at = now() WHERE name = 'revoked key'`,
  'expired key': `UPDATE api_key SET expires_at = now() WHERE name = 'expired key'`,
  'narrowed scopes': `UPDATE api_key SET scopes = '{locations:read}' WHERE name = 'narrowed scopes'`,
  'narrowed integration': `UPDATE integration SET scopes = '{locations:read}' WHERE id = 'int-narrowed'`,
  'lost plan': `UPDATE organization SET plan = 'BASIC' WHERE id = $1`,
  suspended: `UPDATE app_user SET status = 'SUSPENDED' WHERE name = 'suspended'`,
  'other role': `UPDATE app_user SET role = 'VIEWER' WHERE name = 'other role'`,
  'other company': `UPDATE app_user SET company_id = 'cmp-two' WHERE name = 'other company'`,
  'tokens ended': `UPDATE app_user SET tokens_valid_from = now() + interval '1 second' WHERE name = 'tokens ended'`,
  'ended session': `UPDATE session SET ended_at = now() WHERE user_id LIKE 'usr-ended session-%'`,
  'expired session': `UPDATE session SET expires_at = now() WHERE user_id LIKE 'usr-expired session-%'`,
}

async function addCallers(): Promise<Map<string, Credentials[]>> {
  await test.app.database.unscoped.company.createMany({
    data: ['cmp-one', 'cmp-two'].map((id) => ({
      id,
      organizationId: org.organizationId,
      name: id,
      kind: 'CONTRACTOR' as const,
    })),
  })
  await sql(
    `INSERT INTO integration (id, organization_id, name, scopes)
     VALUES ('int-narrowed', $1, 'Narrowed', '{work-orders:read,locations:read}')`,
    [org.organizationId],
  )
  return new Map([
    ['revoked key', await addKeys('revoked key', org, OF_EACH_KIND)],
    ['expired key', await addKeys('expired key', org, OF_EACH_KIND)],
    ['narrowed scopes', await addKeys('narrowed scopes', org, OF_EACH_KIND)],
    ['narrowed integration', await addKeys('integration', org, OF_EACH_KIND, 'int-narrowed')],
    ['lost plan', await addKeys('lost plan', downgraded, OF_EACH_KIND)],
    ['suspended', await addPeople('suspended', 'MANAGER', false)],
    ['other role', await addPeople('other role', 'MANAGER', true)],
    ['other company', await addPeople('other company', 'CONTRACTOR', false)],
    ['tokens ended', await addPeople('tokens ended', 'TECHNICIAN', false)],
    ['ended session', await addPeople('ended session', 'MANAGER', true)],
    ['expired session', await addPeople('expired session', 'MANAGER', true)],
    ['untouched', await addKeys('untouched', org, UNTOUCHED)],
  ])
}

async function openSockets(credentials: readonly Credentials[]) {
  const sockets = []
  // Some at a time: a listener takes only so many that knock at once.
  for (let from = 0; from < credentials.length; from += 50) {
    const some = credentials.slice(from, from + 50)
    sockets.push(
      ...(await Promise.all(
        some.map((each, n) => openSession(servers[n % 2]?.socketUrl ?? '', each)),
      )),
    )
  }
  return sockets
}

/** An event stream, and when it has been cut: it never ends by itself. */
async function openStream(url: string, credentials: Credentials): Promise<{ cut: Promise<void> }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...credentials },
    body: JSON.stringify({ query: 'subscription { events { __typename } }' }),
  })
  expect(response.status).toBe(200)
  const reader = response.body?.getReader()
  const read = async () => {
    while ((await reader?.read())?.done === false);
  }
  return { cut: read().catch(() => undefined) }
}

/** How many times longer everything takes because the machine has other work to do; at least 1. */
const busyness = () => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())

describe('two thousand callers whose rights end without a word', () => {
  it('are cut off within a second, in every process, for about one statement a second', async () => {
    const callers = await addCallers()
    const open = new Map<string, Awaited<ReturnType<typeof openSockets>>>()
    for (const [kind, credentials] of callers) open.set(kind, await openSockets(credentials))
    const keep = open.get('untouched') ?? []
    open.delete('untouched')
    const all = [...open.values()].flat()
    expect(all.length + keep.length).toBeGreaterThanOrEqual(2_000)
    const streams: { cut: Promise<void> }[] = []
    for (const [kind, credentials] of callers) {
      const [first] = credentials
      if (kind === 'untouched' || first === undefined) continue
      for (const server of servers) streams.push(await openStream(server.url, first))
    }
    // Every socket has been found good at least once since it was opened.
    using statements = noteStatements()
    const checks = () => statements.texts.filter((text) => text.includes('asked.issued_at')).length
    const watchedAt = performance.now()
    await expect.poll(checks, { timeout: 10_000 }).toBeGreaterThan(5)
    const seconds = (performance.now() - watchedAt) / 1_000
    expect(checks()).toBeLessThan(servers.length * CHECKS_PER_SECOND * (seconds + 1))
    expect(all.every((socket) => socket.isOpen)).toBe(true)

    const client = await test.app.database.pool.connect()
    await client.query('BEGIN')
    for (const [kind, text] of Object.entries(ENDINGS)) {
      await client.query(text, kind === 'lost plan' ? [downgraded.organizationId] : [])
    }
    await client.query('COMMIT')
    const endedAt = performance.now()
    statements.clear()
    client.release()
    const closings = await Promise.all(all.map((socket) => socket.closed))
    await Promise.all(streams.map((stream) => stream.cut))
    const took = performance.now() - endedAt
    const ms = took.toFixed(0)
    console.log(`${all.length} sockets and ${streams.length} event streams cut in ${ms} ms`)
    // By the first check that began after the change; one may have been under way.
    expect(checks()).toBeLessThanOrEqual(servers.length * 2)
    expect(took).toBeLessThan(1_000 * busyness())
    expect(new Set(closings.map(({ code }) => code))).toEqual(new Set([4403]))
    expect(keep.every((socket) => socket.isOpen)).toBe(true)
    for (const socket of keep) socket[Symbol.dispose]()
  }, 120_000)
})
