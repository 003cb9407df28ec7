import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookingHookJob } from '../../src/domains/bookings/hooks/hooks.ts'
import { newResource } from '../harness/emitters/bookings.ts'
import { inMinutes, openWorld, type World } from '../harness/emitters/world.ts'
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
const FLOOR_MS = 500

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
    expect(beside).toBeLessThan(Math.max(2 * alone, FLOOR_MS))
    await greedy.receiver.waitUntil((all) => all.length === 300)
    const waiting = await query(
      `SELECT 1 FROM booking WHERE organization_id = $1 AND hook_at IS NOT NULL`,
      greedy.organizationId,
    )
    expect(waiting, 'none of them has been answered meanwhile').toHaveLength(300)
    release.resolve({ status: 200 })
    await greedy.settled()
  })
})
