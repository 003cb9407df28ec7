import { print } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERASED_NAME } from '../../../src/domains/visitors/erase.ts'
import { sweepClosing, sweepErasure, sweeps } from '../../../src/domains/visitors/sweeps.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import { CreateEndpoint, CreateLocation } from '../../harness/documents.ts'
import { until } from '../../harness/process.ts'
import { startReceiver } from '../../harness/receiver.ts'
import {
  endOfLog as endOfVisitors,
  streamVisitors,
  walkIn as walkWalterIn,
} from '../../harness/visitor-scene.ts'
import { expectPublished, storedEvents, typesOf } from '../../harness/stored-events.ts'
import {
  CancelInvitation,
  CheckOut,
  EraseVisitor,
  Invite,
  ReadVisitor,
  RegisterVisitor,
  SetVisitPolicy,
  WalkIn,
} from '../../harness/visitors.ts'

// Sweeps see every organization, so each test has a time of its own to look from: far enough for
// its own visits, and everything older has been swept before.
let test: TestApp
let org: TestOrganization

const DAY_MS = 86_400_000
const ZONE = 'America/New_York'

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

async function newSite(closesAt?: string, requiresApproval = false): Promise<string> {
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION', timezone: ZONE },
  })
  const siteId = locationCreate.location?.id ?? ''
  await ask(test.url, org.owner, SetVisitPolicy, {
    input: { siteId, requiresApproval, ...(closesAt === undefined ? {} : { closesAt }) },
  })
  return siteId
}

async function register(locationId: string, expectedArrival: Date, credentials = org.owner) {
  const { visitorRegister } = await ask(test.url, credentials, RegisterVisitor, {
    input: {
      name: 'Jane Smith',
      hostId: org.ownerId,
      locationId,
      expectedArrival: expectedArrival.toISOString(),
    },
  })
  return visitorRegister.visitor?.id ?? ''
}

const endOfLog = () => endOfVisitors(test.url, org.owner)
const stream = (after: string) => streamVisitors(test.url, org.owner, after)
const walkIn = (locationId: string) => walkWalterIn(test.url, org.owner, org.ownerId, locationId)

const read = async (id: string) => (await ask(test.url, org.owner, ReadVisitor, { id })).visitor
const eventsOf = (id: string) => storedEvents(test, org.organizationId, id)

/** A moment at the given local time of a day in New York, summer time or not. */
function inNewYork(day: string, time: string): Date {
  for (const offset of ['-04:00', '-05:00']) {
    const moment = new Date(`${day}T${time}:00${offset}`)
    const shown = moment.toLocaleTimeString('en-GB', {
      timeZone: ZONE,
      hour: '2-digit',
      minute: '2-digit',
    })
    if (shown === time) return moment
  }
  throw new Error(`${time} does not exist on ${day}`)
}

const year = new Date().getFullYear() + 1
/** Second Sunday of March: the clocks go forward at 2:00. */
const march = new Date(Date.UTC(year, 2, 1))
const springDay = new Date(Date.UTC(year, 2, 8 + ((7 - march.getUTCDay()) % 7)))
  .toISOString()
  .slice(0, 10)

const later = (moment: Date, minutes: number) => new Date(moment.getTime() + minutes * 60_000)

describe('closing', () => {
  it.each([
    ['before the closing', '18:00', '09:00', '18:00'],
    ['after it, when the day ends instead', '18:00', '19:00', '24:00'],
    ['with no closing time set', undefined, '19:00', '24:00'],
  ])(
    'who was expected %s and did not come is a no-show at that moment, also on the day of a clock change',
    async (_name, closesAt, expected, ends) => {
      const site = await newSite(closesAt)
      const id = await register(site, inNewYork(springDay, expected))
      const next = new Date(`${springDay}T12:00:00Z`)
      next.setUTCDate(next.getUTCDate() + 1)
      const end =
        ends === '24:00'
          ? inNewYork(next.toISOString().slice(0, 10), '00:00')
          : inNewYork(springDay, ends)
      await sweepClosing(test.app, later(end, -1))
      expect((await read(id))?.status).toBe('REGISTERED')
      await sweepClosing(test.app, end)
      expect((await read(id))?.status).toBe('NO_SHOW')
      const events = await eventsOf(id)
      expect(typesOf(events)).toEqual(['visitor.registered', 'visitor.no_show'])
      expect(events[1]).toMatchObject({
        actor: { type: 'SYSTEM' },
        data: { object: { status: 'NoShow' }, previousAttributes: { status: 'Registered' } },
      })
    },
  )

  it('who is inside is checked out by the system at the first closing after they came', async () => {
    const id = await walkIn(await newSite())
    await sweepClosing(test.app, new Date())
    expect((await read(id))?.status).toBe('CHECKED_IN')
    const tomorrow = new Date(Date.now() + DAY_MS)
    await sweepClosing(test.app, tomorrow)
    const visitor = await read(id)
    expect(visitor).toMatchObject({ status: 'CHECKED_OUT', checkedOutBy: 'system' })
    const left = new Date(visitor?.checkedOutAt ?? '')
    expect(left.toLocaleTimeString('en-GB', { timeZone: ZONE })).toBe('00:00:00')
    expect(typesOf(await eventsOf(id)).at(-1)).toBe('visitor.checked_out')
  })

  it('a visit that nobody approved lapses', async () => {
    const { credentials } = await org.addUser('REQUESTER')
    const id = await register(await newSite('18:00', true), new Date(), credentials)
    expect((await read(id))?.status).toBe('PENDING_APPROVAL')
    await sweepClosing(test.app, new Date(Date.now() + 2 * DAY_MS))
    expect(await read(id)).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'Not approved in time',
    })
  })

  it('five workers that sweep 120 visits at once end each exactly once', async () => {
    const site = await newSite()
    const { visitorInvitationCreate: first } = await inviteMany(site, 60)
    const { visitorInvitationCreate: second } = await inviteMany(site, 60)
    expect([first.userErrors, second.userErrors]).toEqual([[], []])
    const end = new Date(Date.now() + 3 * DAY_MS)
    const counts = await Promise.all(Array.from({ length: 5 }, () => sweepClosing(test.app, end)))
    // Whoever found rows locked by the others may have left them; what was left is found again.
    const rest = await sweepClosing(test.app, end)
    const swept = counts.reduce((sum, count) => sum + count, rest)
    const events = await storedEvents(test, org.organizationId)
    const ended = events.filter(
      (event) => event.type === 'visitor.no_show' && event.facets['site']?.includes(site),
    )
    expect(ended.length).toBe(120)
    expect(new Set(ended.map((event) => event.data.object['id'])).size).toBe(120)
    expect(swept).toBeGreaterThanOrEqual(120)
    expect(await sweepClosing(test.app, end)).toBe(0)
  })
})

const ReadLog = graphql(`
  query ReadVisitorDeliveries($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 20) {
      nodes {
        eventType
        status
        payload
        attempts {
          responseBody
        }
      }
    }
  }
`)

const inviteMany = (locationId: string, count: number) =>
  ask(test.url, org.owner, Invite, {
    input: {
      hostIds: [org.ownerId],
      locationId,
      startAt: new Date().toISOString(),
      endAt: new Date(Date.now() + 3_600_000).toISOString(),
      visitors: Array.from({ length: count }, (_, n) => ({ name: `Guest ${n}` })),
    },
  })

/** Deliveries with a body of their own and an answer that quotes it, as the delivery log keeps them. */
async function addDelivery(eventId: string, body: string): Promise<void> {
  const { pool } = test.app.database
  await pool.query(
    `INSERT INTO webhook_delivery (id, organization_id, endpoint_id, event_id, event_type, subject_id, body)
     VALUES ($1, $2, 'whk-1', $3, 'visitor.registered', 'x', $4)`,
    [`dlv-${eventId}`, org.organizationId, eventId, body],
  )
  await pool.query(
    `INSERT INTO webhook_attempt (started_at, delivery_id, organization_id, endpoint_id, attempt, succeeded,
                                  request_headers, response_headers, response_body, total_ms)
     VALUES (now(), $1, $2, 'whk-1', 1, true, '', 'x-guest: Walter', 'Thank you, Walter Walkin', 1)`,
    [`dlv-${eventId}`, org.organizationId],
  )
}

describe('personal data', () => {
  it('goes N days after the visit: from the record, stored events and the delivery log', async () => {
    const site = await newSite()
    await ask(test.url, org.owner, SetVisitPolicy, { input: { siteId: site, retentionDays: 7 } })
    const id = await walkIn(site)
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    const before = await eventsOf(id)
    const { rows } = await test.app.database.pool.query<{ id: string; body: string }>(
      'SELECT id, body FROM event WHERE subject_id = $1 ORDER BY ordinal',
      [id],
    )
    for (const row of rows) await addDelivery(row.id, row.body)
    const leak = /walter|walkers|B-7/i
    expect(rows.every((row) => leak.test(row.body))).toBe(true)

    await sweepErasure(test.app, new Date(Date.now() + 7 * DAY_MS - 60_000))
    expect((await read(id))?.erasedAt).toBeNull()
    await sweepErasure(test.app, new Date(Date.now() + 7 * DAY_MS + 60_000))
    expect(await read(id)).toMatchObject({ name: ERASED_NAME, email: null, company: null })
    expect((await read(id))?.erasedAt).not.toBeNull()

    const stored = await test.app.database.pool.query<{ text: string }>(
      `SELECT to_jsonb(visitor)::text AS text FROM visitor WHERE id = $1
       UNION ALL SELECT to_jsonb(visitor_checkpoint)::text FROM visitor_checkpoint WHERE visitor_id = $1
       UNION ALL SELECT to_jsonb(event)::text FROM event WHERE subject_id = $1
       UNION ALL SELECT to_jsonb(webhook_delivery)::text FROM webhook_delivery WHERE id LIKE 'dlv-evt%'
       -- Without its id, which is random and in hexadecimal.
       UNION ALL SELECT (to_jsonb(webhook_attempt) - 'id')::text FROM webhook_attempt WHERE delivery_id LIKE 'dlv-evt%'`,
      [id],
    )
    expect(stored.rows.length).toBeGreaterThanOrEqual(14)
    expect(stored.rows.filter((row) => leak.test(row.text))).toEqual([])

    const after = await eventsOf(id)
    expect(after.map((event) => event.id).slice(0, before.length)).toEqual(
      before.map((event) => event.id),
    )
    expect(after.at(-1)).toMatchObject({
      type: 'visitor.erased',
      data: { object: { id, erased: true } },
    })
    for (const event of after) {
      expectPublished(event)
    }
  })

  it('goes from what was delivered and from what receivers answered', async () => {
    await using receiver = await startReceiver()
    receiver.answer = ({ body }) => ({ status: 200, body })
    const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['visitor.*'] },
    })
    const endpointId = webhookEndpointCreate.endpoint?.id ?? ''
    const id = await walkIn(await newSite())
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    const log = async () =>
      (await ask(test.url, org.owner, ReadLog, { endpointId })).webhookDeliveries
    await until(
      'four deliveries',
      async () => (await log()).nodes.filter(({ status }) => status === 'SUCCEEDED').length === 4,
    )
    expect(JSON.stringify(await log())).toContain('Walter')
    await ask(test.url, org.owner, EraseVisitor, { input: { id } })
    await until('the last delivery', async () =>
      (await log()).nodes.some((node) => node.eventType === 'visitor.erased'),
    )
    expect(JSON.stringify(await log())).not.toContain('Walter')
    expect(receiver.received.length).toBeGreaterThanOrEqual(4)
  })

  it('is streamed and delivered no more once that is answered, not even by whoever had read it before', async () => {
    await using receiver = await startReceiver()
    let goOn: (() => void) | undefined
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    receiver.answer = () => held.then(() => ({ status: 200 }))
    await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['visitor.*'] },
    })
    const cursor = await endOfLog()
    const id = await walkIn(await newSite())
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    await receiver.waitFor(1)
    using early = await stream(cursor)
    expect(await early.readTo('visitor.checked_out')).toContain('Walter')

    await ask(test.url, org.owner, EraseVisitor, { input: { id } })
    using late = await stream(cursor)
    goOn?.()
    expect(await late.readTo('visitor.erased')).not.toContain('Walter')
    await receiver.waitUntil((all) => all.some(({ event }) => event.type === 'visitor.erased'))
    const [before, ...after] = receiver.received
    expect(before?.body).toContain('Walter')
    expect(after.filter(({ body }) => body.includes('Walter'))).toEqual([])
  })

  it('is in no kept answer of an idempotent mutation any more, which does not run again either', async () => {
    const locationId = await newSite()
    const register = async (key: string) => {
      const input = { name: 'Walter Walkin', hostId: org.ownerId, locationId }
      const answer = await fetch(`${test.url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...org.owner },
        body: JSON.stringify({ query: print(WalkIn), variables: { input } }),
      })
      return JSON.parse(await answer.text()).data.visitorWalkIn
    }
    const [erased, other] = [await register('erased'), await register('other')]
    const { id } = erased.visitor
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    expect((await register('erased')).visitor.id).toBe(id)
    await ask(test.url, org.owner, EraseVisitor, { input: { id } })
    const again = await register('erased')
    expect(JSON.stringify(again)).not.toContain('Walter')
    expect(again).toMatchObject({ visitor: null, userErrors: [{ code: 'IDEMPOTENCY' }] })
    // Others stay.
    expect((await register('other')).visitor.id).toBe(other.visitor.id)
  })

  it('of upcoming visits, of people inside and of visits that just ended stays', async () => {
    const site = await newSite()
    const inside = await walkIn(site)
    const upcoming = await register(site, new Date(Date.now() + DAY_MS))
    await sweepErasure(test.app, new Date(Date.now() + 365 * DAY_MS))
    expect(await read(inside)).toMatchObject({ name: 'Walter Walkin', erasedAt: null })
    expect(await read(upcoming)).toMatchObject({ name: 'Jane Smith', erasedAt: null })
    const refused = await ask(test.url, org.owner, EraseVisitor, { input: { id: inside } })
    expect(refused.visitorErase.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
    await ask(test.url, org.owner, CheckOut, { input: { id: inside } })
    await sweepErasure(test.app, new Date(Date.now() + 29 * DAY_MS))
    expect((await read(inside))?.erasedAt).toBeNull()
  })

  it('can go at once, by those who decide about visits', async () => {
    const id = await walkIn(await newSite())
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    const { credentials } = await org.addUser('REQUESTER')
    const refused = await send(test.url, credentials, EraseVisitor, { input: { id } })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const { visitorErase } = await ask(test.url, org.owner, EraseVisitor, { input: { id } })
    expect(visitorErase.visitor).toMatchObject({ name: ERASED_NAME, email: null })
    const again = await ask(test.url, org.owner, EraseVisitor, { input: { id } })
    expect(again.visitorErase.eventCursor).toBeNull()
  })

  it('in the reason of a cancelled invitation goes with its last visitor', async () => {
    const site = await newSite()
    const { visitorInvitationCreate } = await inviteMany(site, 2)
    const { id = '', visitors } = visitorInvitationCreate.invitation ?? {}
    await ask(test.url, org.owner, CancelInvitation, { input: { id, reason: 'Guest 0 is ill' } })
    const [first, second] = visitors?.nodes ?? []
    const leaks = async () =>
      (await eventsOf(id)).filter((event) => JSON.stringify(event.data).includes('is ill')).length
    await ask(test.url, org.owner, EraseVisitor, { input: { id: first?.id ?? '' } })
    expect(await leaks()).toBe(1)
    await ask(test.url, org.owner, EraseVisitor, { input: { id: second?.id ?? '' } })
    expect(await leaks()).toBe(0)
  })

  it('goes exactly once, whoever sweeps', async () => {
    const site = await newSite()
    const { visitorInvitationCreate } = await inviteMany(site, 60)
    await ask(test.url, org.owner, CancelInvitation, {
      input: { id: visitorInvitationCreate.invitation?.id ?? '' },
    })
    const due = new Date(Date.now() + 40 * DAY_MS)
    await Promise.all(Array.from({ length: 4 }, () => sweepErasure(test.app, due)))
    await sweepErasure(test.app, due)
    const events = await storedEvents(test, org.organizationId)
    const erased = events.filter(
      (event) => event.type === 'visitor.erased' && event.facets['site']?.includes(site),
    )
    expect(erased.length).toBe(60)
    expect(await sweepErasure(test.app, due)).toBe(0)
  })

  it('both chores stand ready for the worker', async () => {
    expect(sweeps.map((sweep) => sweep.everyMs > 0)).toEqual([true, true])
    for (const sweep of sweeps) await sweep.run({ ...test.app, config: test.config })
  })
})
