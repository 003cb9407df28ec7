import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bookingHookJob } from '../../src/domains/bookings/hooks/hooks.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { newResource } from '../harness/emitters/bookings.ts'
import { inMinutes, openWorld, unique, type World } from '../harness/emitters/world.ts'
import { poison } from '../harness/poison.ts'
import { until } from '../harness/process.ts'

let greedy: World
let other: World

beforeAll(async () => {
  greedy = await openWorld()
  other = await openWorld(greedy)
})
afterAll(async () => {
  greedy.receiver.answer = undefined
  await other[Symbol.asyncDispose]()
  await greedy[Symbol.asyncDispose]()
})

const query = async (text: string, ...values: unknown[]) =>
  (await greedy.app.database.pool.query(text, values)).rows

/** Noise of a busy machine: what is faster than this is as good as alone. */
const FLOOR_MS = 1_000

async function setHook(world: World): Promise<void> {
  const endpointId = await world.make(
    'webhookEndpointCreate',
    { url: world.receiver.url, eventTypes: ['webhook.test'] },
    'endpoint',
  )
  const event = 'booking.before_confirmation'
  await world.run('syncHookSet', { event, endpointId, timeoutMs: 10_000 })
}

describe('hooks', () => {
  let nth = 0
  /** From the booking to its confirmation. */
  async function confirm(resourceId: string): Promise<number> {
    const startMs = performance.now()
    const times = { startTime: inMinutes(60 * ++nth), endTime: inMinutes(60 * nth + 30) }
    const id = await other.make('bookingCreate', { resourceId, ...times }, 'booking')
    await until('the confirmation', async () => {
      const [booking] = await query('SELECT status FROM booking WHERE id = $1', id)
      return booking.status === 'CONFIRMED'
    })
    return performance.now() - startMs
  }

  it('300 of one organization that hang delay the confirmation of another not at all', async () => {
    await setHook(greedy)
    await setHook(other)
    const resourceId = await newResource(other)
    await confirm(resourceId)
    const alone = Math.max(await confirm(resourceId), await confirm(resourceId))

    const release = Promise.withResolvers<{ status: number }>()
    greedy.receiver.answer = () => release.promise
    const room = await newResource(greedy)
    const first = await greedy.make(
      'bookingCreate',
      { resourceId: room, startTime: inMinutes(60), endTime: inMinutes(90) },
      'booking',
    )
    await query(
      `INSERT INTO booking
       SELECT copy.* FROM booking AS original, generate_series(1, 299) AS n,
              jsonb_populate_record(original, jsonb_build_object(
                'id', 'bk-hanging' || n, 'hook_at', now(),
                'start_time', original.start_time + n * interval '1 day',
                'end_time', original.end_time + n * interval '1 day',
                'hold_start', original.start_time + n * interval '1 day',
                'hold_end', original.end_time + n * interval '1 day',
                'check_in_opens_at', original.start_time + n * interval '1 day',
                'check_in_deadline', original.end_time + n * interval '1 day')) AS copy
        WHERE original.id = $1`,
      first,
    )
    for (const { id } of await query(`SELECT id FROM booking WHERE id LIKE 'bk-hanging%'`)) {
      greedy.app.queue.enqueueSoon(bookingHookJob, id, id)
    }
    // Alone it gets nearly all of the room: all of these hang at the same time.
    await greedy.receiver.waitUntil((all) => all.length >= 100)
    const beside = Math.max(await confirm(resourceId), await confirm(resourceId))
    // Each of them hangs for ten seconds.
    expect(beside).toBeLessThan(Math.max(2 * alone, 3 * FLOOR_MS))
    const waiting = await query(
      `SELECT 1 FROM booking WHERE organization_id = $1 AND hook_at IS NOT NULL`,
      greedy.organizationId,
    )
    expect(waiting, 'none of them has been answered meanwhile').toHaveLength(300)
    await greedy.receiver.waitUntil((all) => all.length === 300)
    release.resolve({ status: 200 })
    await greedy.settled()
  })
})

describe('dispatch', () => {
  /** From the change to the position of its event. */
  async function change(world: World): Promise<number> {
    const startMs = performance.now()
    const id = await world.make(
      'companyCreate',
      { name: unique('Acme'), kind: 'VENDOR' },
      'company',
    )
    await until('the position', async () => {
      const found = await query(
        'SELECT 1 FROM event WHERE subject_id = $1 AND position IS NOT NULL',
        id,
      )
      return found.length === 1
    })
    return performance.now() - startMs
  }

  const alone = async () => Math.max(await change(other), await change(other), await change(other))
  const beside = alone

  /** Records so many events more of the greedy organization, and wakes nobody. */
  const burst = (count: number) =>
    query(
      `INSERT INTO event (id, organization_id, type, body, subject_id, changed_fields, facets, actor, created)
       SELECT 'evt_burst' || gen_random_uuid(), organization_id, type, body, subject_id, changed_fields,
              facets, actor, now()
         FROM (SELECT * FROM event WHERE organization_id = $1 LIMIT 1) AS original,
              generate_series(1, $2::int)`,
      greedy.organizationId,
      count,
    )
  const wake = () =>
    greedy.app.queue.enqueueSoon(dispatchJob, greedy.organizationId, greedy.organizationId)
  const left = async () => {
    const [row] = await query(
      'SELECT count(*)::int AS count FROM event WHERE organization_id = $1 AND position IS NULL',
      greedy.organizationId,
    )
    return Number(row.count)
  }
  const untilDone = () => until('every position', async () => (await left()) === 0)

  afterEach(untilDone, 120_000)

  it('a backlog of one organization does not delay the positions of another', async () => {
    await change(greedy)
    const aloneMs = await alone()
    await burst(60_000)
    wake()
    const besideMs = await beside()
    expect(await left(), 'the backlog is not done yet').toBeGreaterThan(0)
    expect(besideMs).toBeLessThan(Math.max(2 * aloneMs, FLOOR_MS))
    await untilDone()
    const [gaps] = await query(
      `SELECT count(*)::int AS count, max(position)::int AS last FROM event WHERE organization_id = $1`,
      greedy.organizationId,
    )
    expect(gaps.count, 'without gap').toBe(gaps.last)
  })

  it('two thousand endpoints of one organization do not delay the positions of another', async () => {
    const endpointId = await greedy.make(
      'webhookEndpointCreate',
      { url: greedy.receiver.url, eventTypes: ['*'] },
      'endpoint',
    )
    await greedy.run('webhookEndpointPause', { id: endpointId })
    await query(
      `INSERT INTO webhook_endpoint
       SELECT copy.* FROM webhook_endpoint AS original, generate_series(1, 2000) AS n,
              jsonb_populate_record(original, jsonb_build_object('id', 'whk-copy' || n)) AS copy
        WHERE original.id = $1`,
      endpointId,
    )
    await query(
      `INSERT INTO delivery_lane
       SELECT copy.* FROM delivery_lane AS original, generate_series(1, 2000) AS n,
              jsonb_populate_record(original, jsonb_build_object('endpoint_id', 'whk-copy' || n)) AS copy
        WHERE original.endpoint_id = $1`,
      endpointId,
    )
    await change(greedy)
    const aloneMs = await alone()
    await burst(50)
    wake()
    const besideMs = await beside()
    expect(besideMs).toBeLessThan(Math.max(2 * aloneMs, FLOOR_MS))
    await untilDone()
    await query(`DELETE FROM webhook_endpoint WHERE id LIKE 'whk-copy%'`)
  })

  it('an organization whose positions another process is giving out holds up nobody, and is tried again', async () => {
    const client = await greedy.app.database.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SELECT 1 FROM event_stream_head WHERE organization_id = $1 FOR UPDATE', [
        greedy.organizationId,
      ])
      await burst(1)
      wake()
      for (let n = 0; n < 5; n++) await change(other)
      expect(await left(), 'it is still held').toBe(1)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
    await untilDone()
  })

  it('an organization whose events cannot be positioned stops nobody, is listed and tried again', async () => {
    const listed = () =>
      query(`SELECT record_id AS id, attempts FROM failed_task WHERE task = 'event positions'`)
    const { pool } = greedy.app.database
    {
      await using _bad = await poison(
        pool,
        'event',
        greedy.organizationId,
        'organization_id',
        'UPDATE',
      )
      await burst(1)
      wake()
      other.app.queue.enqueueSoon(dispatchJob, other.organizationId, other.organizationId)
      await change(other)
      await until('the list', async () => (await listed()).length === 1)
      expect(await listed()).toMatchObject([{ id: greedy.organizationId }])
      expect(await change(other)).toBeLessThan(1_000)
    }
    await untilDone()
    await until('nothing listed', async () => (await listed()).length === 0)
  })
})
