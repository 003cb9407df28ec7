import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { findLostQuestions, sweepReminders } from '../../../src/domains/bookings/reminders.ts'
import { sweepBookings } from '../../../src/domains/bookings/sweeps.ts'
import { judge } from '../../../src/webhooks/hooks/service.ts'
import { send } from '../../harness/app.ts'
import { inMinutes, later, openWorld, type World } from '../../harness/emitters/world.ts'
import { type Received, verifyInfodeck, verifyStandardWebhooks } from '../../harness/receiver.ts'
import { isObject } from '../../harness/recorded.ts'

let world: World
let secret: string
let endpointId: string

beforeAll(async () => {
  world = await openWorld()
  const made = await world.run(
    'webhookEndpointCreate',
    { url: world.receiver.url, eventTypes: ['webhook.test'] },
    'endpoint { id } signingSecret',
  )
  endpointId = isObject(made['endpoint']) ? String(made['endpoint']['id']) : ''
  secret = String(made['signingSecret'])
})
afterEach(async () => {
  world.receiver.answer = undefined
  for (const event of ['booking.before_confirmation', 'booking.before_reminder']) {
    await world.run('syncHookRemove', { event })
  }
})
afterAll(() => world[Symbol.asyncDispose]())

const setHook = (event: string, more: object = {}) =>
  world.run('syncHookSet', { event, endpointId, ...more })
const beforeConfirming = (more?: object) => setHook('booking.before_confirmation', more)

const newResource = (rules: object = {}) =>
  world.make('resourceCreate', { name: 'Elm', locationId: world.siteId, ...rules }, 'resource')

async function book(rules: object = {}, input: object = {}): Promise<string> {
  const resourceId = await newResource(rules)
  return world.make(
    'bookingCreate',
    { resourceId, startTime: inMinutes(120), endTime: inMinutes(150), ...input },
    'booking',
  )
}

async function read(id: string): Promise<Record<string, unknown>> {
  const query = `query ($id: ID!) { booking(id: $id) { status rejectReason version } }`
  const answer = await send<Record<string, unknown>, object>(world.test.url, world.owner, query, {
    id,
  })
  const booking = answer.data['booking']
  return isObject(booking) ? booking : {}
}

/** Events about a booking and notifications of it, in order. */
async function told(id: string): Promise<string[]> {
  const written = await world.written()
  return written
    .map((event) => event.envelope)
    .filter(({ data }) => data.object['id'] === id || data.object['subjectId'] === id)
    .map(({ type, data }) => {
      const { topic, status, state } = data.object
      return `${type} ${String(topic ?? status ?? state)}`
    })
}

const decide = (decision: object) => () => ({ status: 200, body: JSON.stringify(decision) })

/** Questions about a booking that the receiver has got. */
const asked = (id: string): Received[] =>
  world.receiver.received.filter(({ event }) => event.data.object['id'] === id)

describe('a hook before confirming', () => {
  it('of an endpoint with a limit is asked in few bytes, and decides', async () => {
    await beforeConfirming()
    await world.run('webhookEndpointUpdate', { id: endpointId, maxBodyBytes: 1_024 })
    world.receiver.answer = decide({ decision: 'deny', reason: 'closed' })
    const id = await book({}, { title: '€'.repeat(200) })
    await world.settled()
    await world.run('webhookEndpointUpdate', { id: endpointId, maxBodyBytes: null })
    const [request] = asked(id)
    if (request === undefined) throw new Error('nobody was asked')
    verifyInfodeck(request, secret)
    expect(request.event).toMatchObject({
      type: 'booking.before_confirmation',
      data: { object: { id } },
      payloadError: { code: 'TOO_LARGE' },
    })
    expect(Object.keys(request.event.data.object)).toEqual(['id'])
    expect(await read(id)).toMatchObject({ status: 'REJECTED', rejectReason: 'closed' })
  })

  it('is asked with the signed envelope while the booking is pending and holds its time', async () => {
    await beforeConfirming()
    const resourceId = await newResource()
    let meanwhile: Record<string, unknown> = {}
    let rival: unknown[] = []
    world.receiver.answer = async ({ event }) => {
      meanwhile = await read(String(event.data.object['id']))
      rival = await tryToBook(resourceId)
      return { status: 200, body: '{"decision":"allow","message":"Bring your badge"}' }
    }
    const id = await world.make(
      'bookingCreate',
      { resourceId, startTime: inMinutes(120), endTime: inMinutes(150) },
      'booking',
    )
    await world.settled()
    const [request] = asked(id)
    if (request === undefined) throw new Error('nobody was asked')
    verifyInfodeck(request, secret)
    verifyStandardWebhooks(request, secret)
    expect(request.event.type).toBe('booking.before_confirmation')
    expect(request.event.data.object).toMatchObject({ id, resourceId, status: 'Pending' })
    expect(meanwhile).toMatchObject({ status: 'PENDING' })
    expect(rival).toMatchObject([{ code: 'CONFLICT' }])
    expect(await read(id)).toMatchObject({ status: 'CONFIRMED', version: 2 })
    expect((await told(id)).filter((line) => !line.includes('before'))).toEqual([
      'booking.created Pending',
      'booking.updated Confirmed',
      'notification.created booking.confirmed',
    ])
    const notified = (await world.written()).findLast(
      ({ envelope }) => envelope.type === 'notification.created',
    )
    expect(notified?.envelope.data.object).toMatchObject({ body: 'Bring your badge' })
  })

  async function tryToBook(resourceId: string): Promise<unknown[]> {
    const answer = await send<{ bookingCreate: { userErrors: unknown[] } }, object>(
      world.test.url,
      world.owner,
      `mutation ($input: BookingCreateInput!) { bookingCreate(input: $input) { userErrors { code } } }`,
      { input: { resourceId, startTime: inMinutes(130), endTime: inMinutes(140) } },
    )
    return answer.data.bookingCreate.userErrors
  }

  it('that denies has the booking rejected with its reason, and the time is free again', async () => {
    await beforeConfirming()
    world.receiver.answer = decide({ decision: 'deny', reason: 'No catering that day' })
    const id = await book()
    await world.settled()
    expect(await read(id)).toMatchObject({
      status: 'REJECTED',
      rejectReason: 'No catering that day',
    })
    expect(await told(id)).toContain('booking.rejected Rejected')
  })

  it.each([
    ['FAIL_OPEN', 'an error', { status: 500 }, 'CONFIRMED'],
    ['FAIL_CLOSED', 'an error', { status: 500 }, 'REJECTED'],
    ['FAIL_OPEN', 'silence', undefined, 'CONFIRMED'],
    ['FAIL_CLOSED', 'silence', undefined, 'REJECTED'],
    ['FAIL_CLOSED', 'something that is no decision', { status: 200, body: 'ok' }, 'CONFIRMED'],
  ])('with %s that answers with %s', async (failurePolicy, _what, answer, status) => {
    await beforeConfirming({ failurePolicy, timeoutMs: answer === undefined ? 150 : 5_000 })
    const late = Promise.withResolvers<{ status: number }>()
    world.receiver.answer = () => answer ?? late.promise
    const id = await book()
    await world.settled()
    expect(await read(id)).toMatchObject({ status })
    expect(asked(id), 'asked once, never again').toHaveLength(1)
    late.resolve({ status: 200 })
  })

  it('whose endpoint is paused is not asked: its policy holds', async () => {
    await beforeConfirming({ failurePolicy: 'FAIL_CLOSED' })
    await world.run('webhookEndpointPause', { id: endpointId })
    const id = await book()
    await world.settled()
    await world.run('webhookEndpointResume', { id: endpointId })
    expect(asked(id)).toEqual([])
    expect(await read(id)).toMatchObject({ status: 'REJECTED' })
  })

  it('is asked after the approval, and again when the booking is moved', async () => {
    await beforeConfirming()
    const id = await book({ requiresApproval: true })
    expect(asked(id)).toEqual([])
    await world.run('bookingApprove', { id })
    await world.settled()
    expect(asked(id)).toHaveLength(1)
    expect(await read(id)).toMatchObject({ status: 'CONFIRMED' })

    const other = await book()
    await world.settled()
    await world.run('bookingUpdate', { id: other, endTime: inMinutes(160) })
    await world.settled()
    expect(asked(other)).toHaveLength(2)
    expect(await read(other)).toMatchObject({ status: 'CONFIRMED' })
  })

  it('does not bring back a booking that was cancelled meanwhile', async () => {
    await beforeConfirming()
    world.receiver.answer = async ({ event }) => {
      await world.run('bookingCancel', { id: event.data.object['id'] })
      return { status: 200, body: '{"decision":"allow"}' }
    }
    const id = await book()
    await world.receiver.waitUntil(() => asked(id).length === 1)
    await vi.waitUntil(async () => (await callsOf(id))[0]?.status === 'SUCCEEDED')
    await findLostQuestions(world.app, later(10))
    expect(await read(id)).toMatchObject({ status: 'CANCELLED' })
  })

  it('is asked again for what a worker left that died, and one that has begun is not refused', async () => {
    await beforeConfirming()
    const id = await book()
    await world.settled()
    // As a crash between the question and its answer leaves it, its claim run out.
    await world.app.database.pool.query(
      `UPDATE booking SET status = 'PENDING', hook_at = now() - interval '1 minute' WHERE id = $1`,
      [id],
    )
    await sweepBookings(world.app, later(125))
    expect(await read(id)).toMatchObject({ status: 'PENDING' })
    expect(await findLostQuestions(world.app)).toBe(1)
    await world.settled()
    expect(asked(id)).toHaveLength(2)
    expect(await read(id)).toMatchObject({ status: 'CONFIRMED' })
  })

  it('is in the delivery log as SYNC, and is not tried again by hand', async () => {
    await beforeConfirming()
    const id = await book()
    await world.settled()
    const [call] = await callsOf(id)
    expect(call).toMatchObject({
      eventType: 'booking.before_confirmation',
      sequence: null,
      status: 'SUCCEEDED',
      attempts: [{ trigger: 'SYNC', statusCode: 200 }],
    })
    await expect(world.run('webhookDeliveryRetry', { id: call?.id })).rejects.toThrow('VALIDATION')
  })

  interface Call {
    id: string
    status: string
    subject: { id: string }
  }

  async function callsOf(bookingId: string): Promise<Call[]> {
    const answer = await send<
      { webhookDeliveries: { nodes: (Call & { payload: { data: { object: unknown } } })[] } },
      object
    >(
      world.test.url,
      world.owner,
      `query ($where: WebhookDeliveryWhere) { webhookDeliveries(first: 50, where: $where) {
         nodes { id eventType sequence status payload attempts { trigger statusCode } } } }`,
      { where: { types: ['booking.before_confirmation'] } },
    )
    return answer.data.webhookDeliveries.nodes.filter(({ payload }) => {
      const object = payload.data.object
      return isObject(object) && object['id'] === bookingId
    })
  }
})

describe('a reminder', () => {
  const due = { reminderMinutes: 60 }

  it('goes to whoever booked, once, also when two workers look', async () => {
    const id = await book(due)
    await sweepReminders(world.app, later(30))
    expect(await told(id)).toEqual(['booking.created Confirmed'])
    await Promise.all([sweepReminders(world.app, later(65)), sweepReminders(world.app, later(65))])
    await sweepReminders(world.app, later(66))
    expect(await told(id)).toEqual([
      'booking.created Confirmed',
      'notification.created booking.reminder',
    ])
  })

  it('does not go out for what was cancelled, has begun or was booked too late for it', async () => {
    const cancelled = await book(due)
    await world.run('bookingCancel', { id: cancelled })
    const begun = await book(due)
    const late = await book({ reminderMinutes: 180 })
    await sweepReminders(world.app, later(121))
    for (const id of [cancelled, begun, late]) {
      expect((await told(id)).filter((line) => line.includes('reminder'))).toEqual([])
    }
  })

  it.each([
    [{ decision: 'allow', message: 'Lift is out of order' }, 'Lift is out of order'],
    [{ decision: 'deny' }, undefined],
  ])('that a hook answers with %j', async (decision, message) => {
    await setHook('booking.before_reminder')
    world.receiver.answer = decide(decision)
    const id = await book(due)
    await sweepReminders(world.app, later(65))
    await world.settled()
    await sweepReminders(world.app, later(66))
    expect(asked(id)).toHaveLength(1)
    expect(await read(id)).toMatchObject({ status: 'CONFIRMED' })
    const bodies = (await world.written())
      .filter(({ envelope }) => envelope.data.object['subjectId'] === id)
      .map(({ envelope }) => envelope.data.object['body'])
    expect(bodies).toEqual(message === undefined ? [] : [message])
  })
})

describe('the setting of a hook', () => {
  it('is one per event, versioned, and refuses what is no question', async () => {
    const select = 'syncHook { event timeoutMs failurePolicy version endpoint { id } }'
    const event = 'booking.before_confirmation'
    expect(
      await world.run('syncHookSet', { event, endpointId, expectedVersion: 0 }, select),
    ).toEqual({
      syncHook: {
        event,
        timeoutMs: 5_000,
        failurePolicy: 'FAIL_OPEN',
        version: 1,
        endpoint: { id: endpointId },
      },
      userErrors: [],
    })
    await expect(setHook(event, { expectedVersion: 0 })).rejects.toThrow('VERSION_CONFLICT')
    await expect(setHook('booking.created')).rejects.toThrow('VALIDATION')
    await expect(setHook(event, { timeoutMs: 10_001 })).rejects.toThrow('VALIDATION')
    await expect(setHook(event, { endpointId: 'whk-none' })).rejects.toThrow('NOT_FOUND')
  })

  it('keeps its endpoint from being deleted, and nobody subscribes to a question', async () => {
    await beforeConfirming()
    await expect(world.run('webhookEndpointDelete', { id: endpointId })).rejects.toThrow('CONFLICT')
    const input = { url: world.receiver.url, eventTypes: ['booking.before_confirmation'] }
    await expect(world.run('webhookEndpointCreate', input)).rejects.toThrow('syncHookSet')
  })

  it('cuts long texts of an answer and takes strange ones for none', () => {
    const long = judge(`{"decision":"deny","reason":"${'x'.repeat(900)}"}`, 'FAIL_OPEN')
    expect(long.verdict.reason).toHaveLength(500)
    expect(judge('{"decision":"deny","reason":7}', 'FAIL_OPEN').verdict).toEqual({
      allowed: false,
      reason: undefined,
      message: undefined,
    })
  })
})
