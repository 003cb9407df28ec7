import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../harness/app.ts'
import { UpdateBooking } from '../../harness/booking-documents.ts'
import { type BookingDesk, nextWeek, openBookingDesk } from '../../harness/bookings.ts'
import { withClient } from '../../harness/database.ts'
import { UpdateResource } from '../../harness/resource-documents.ts'

let desk: BookingDesk

beforeAll(async () => {
  desk = await openBookingDesk('UTC')
})
afterAll(() => desk[Symbol.asyncDispose]())

const pad = (hour: number) => String(hour).padStart(2, '0')
const hour = (slot: number) => ({
  startTime: nextWeek(`${pad(slot)}:00`),
  endTime: nextWeek(`${pad(slot + 1)}:00`),
})

/** Starts everything at once and sorts the answers into winners and losers. */
async function race(attempts: Parameters<BookingDesk['book']>[0][]) {
  const answers = await Promise.all(attempts.map((attempt) => desk.book(attempt)))
  return {
    won: answers.flatMap(({ booking }) => (booking === null ? [] : [booking.id])),
    lost: answers.flatMap(({ userErrors }) => userErrors),
  }
}

describe('races', () => {
  it('200 clients for 20 slots: exactly 20 win, the others learn who did', async () => {
    const resourceId = await desk.newResource()
    const { won, lost } = await race(
      Array.from({ length: 200 }, (_, n) => ({ resourceId, ...hour(n % 20) })),
    )
    expect(won.length).toBe(20)
    expect(lost.length).toBe(180)
    for (const error of lost) {
      expect(error.code).toBe('CONFLICT')
      const ids = 'ids' in error ? error.ids : []
      expect(ids.length).toBe(1)
      expect(won).toContain(ids[0])
    }
  })

  it('overlapping wishes at random: what is booked never overlaps', async () => {
    const resourceId = await desk.newResource({ bufferMinutes: 5 })
    const { won } = await race(
      Array.from({ length: 120 }, (_, n) => {
        const from = (n * 37) % 600
        const at = (minute: number) =>
          nextWeek(`${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`)
        return { resourceId, startTime: at(from), endTime: at(from + 10 + ((n * 13) % 80)) }
      }),
    )
    expect(won.length).toBeGreaterThan(3)
    const { rows } = await desk.test.app.database.pool.query(
      `SELECT 1 FROM booking a JOIN booking b ON a.resource_id = b.resource_id AND a.id < b.id
        WHERE a.resource_id = $1 AND a.start_time < b.end_time + interval '5 minutes'
          AND b.start_time < a.end_time + interval '5 minutes'`,
      [resourceId],
    )
    expect(rows).toEqual([])
  })

  it('100 clients for a pool of 7: exactly 7 win', async () => {
    const resourceId = await desk.newResource({ maxConcurrent: 7 })
    const { won, lost } = await race(
      Array.from({ length: 100 }, () => ({ resourceId, ...hour(9) })),
    )
    expect(won.length).toBe(7)
    expect(lost.every((error) => error.code === 'CONFLICT')).toBe(true)
  })

  it('of 20 series for one time exactly one is booked, whole', async () => {
    const resourceId = await desk.newResource()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        desk.bookSeries({ resourceId, ...hour(9), rule: { frequency: 'DAILY', count: 10 } }),
      ),
    )
    expect(Math.max(...answers.map((answer) => answer.bookingIds.length))).toBe(10)
    expect(answers.filter((answer) => answer.userErrors.length === 0).length).toBe(1)
    const { rows } = await desk.test.app.database.pool.query(
      'SELECT count(*)::int AS n FROM booking WHERE resource_id = $1',
      [resourceId],
    )
    expect(rows).toEqual([{ n: 10 }])
  })

  it('moves into one free slot: one wins, also when two want each other’s place', async () => {
    const resourceId = await desk.newResource()
    const { won } = await race(Array.from({ length: 10 }, (_, n) => ({ resourceId, ...hour(n) })))
    const answers = await Promise.all(
      won.map(async (id) => {
        const input = { id, ...hour(15) }
        return (await ask(desk.test.url, desk.org.owner, UpdateBooking, { input })).bookingUpdate
      }),
    )
    expect(answers.filter((answer) => answer.userErrors.length === 0).length).toBe(1)
    for (const answer of answers) {
      for (const error of answer.userErrors) expect(error.code).toBe('CONFLICT')
    }
  })

  it('series made and series moved into each other: whole ones win, nobody fails otherwise', async () => {
    const resourceId = await desk.newResource()
    const make = (slot: number, onConflict: 'FAIL' | 'SKIP') =>
      desk.bookSeries({
        resourceId,
        ...hour(slot),
        rule: { frequency: 'DAILY', count: 8 },
        onConflict,
      })
    const there = await Promise.all([make(1, 'FAIL'), make(3, 'FAIL'), make(5, 'FAIL')])
    const moves = there.flatMap(({ bookingIds }) =>
      [bookingIds[0], bookingIds[7]].map((id, last) => ({
        id: id ?? '',
        scope: 'ALL' as const,
        startTime: nextWeek('09:00', last * 7),
      })),
    )
    const answers = await Promise.all([
      ...moves.map(async (input) => {
        const answer = await ask(desk.test.url, desk.org.owner, UpdateBooking, { input })
        return answer.bookingUpdate.userErrors
      }),
      ...(['FAIL', 'SKIP', 'FAIL', 'SKIP'] as const).map(
        async (onConflict) => (await make(9, onConflict)).userErrors,
      ),
    ])
    // The deadlock detector may choose a loser; it too is told that the time is taken.
    for (const error of answers.flat()) expect(error.code).toBe('CONFLICT')
    const { rows } = await desk.test.app.database.pool.query(
      `SELECT start_time FROM booking WHERE resource_id = $1 GROUP BY start_time HAVING count(*) > 1`,
      [resourceId],
    )
    expect(rows).toEqual([])
  })

  it('a series that waits for a move that waits for it is told, not broken', async () => {
    const resourceId = await desk.newResource()
    const there = await race([
      { resourceId, ...hour(12) },
      { resourceId, ...hour(13) },
    ])
    const ids = there.won.toSorted()
    await withClient(desk.test.databaseUrl, async (client) => {
      const moveTo = (id: string | undefined, startTime: string) =>
        client.query(
          `UPDATE booking SET start_time = $2, check_in_opens_at = $2,
                  end_time = $2::timestamptz + interval '1 hour', hold_end = $2::timestamptz + interval '1 hour',
                  check_in_deadline = $2::timestamptz + interval '1 hour'
            WHERE id = $1`,
          [id, startTime],
        )
      await client.query('BEGIN')
      await moveTo(ids[0], nextWeek('09:00', 1))
      const waiting = desk.bookSeries({
        resourceId,
        ...hour(9),
        rule: { frequency: 'DAILY', count: 3 },
        onConflict: 'SKIP',
      })
      await expect
        .poll(
          async () => {
            const { rows } = await client.query(
              `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
            )
            return rows.length
          },
          { interval: 10 },
        )
        .toBe(1)
      // Closes the circle: the series holds the first day and waits for the second.
      await moveTo(ids[1], nextWeek('09:00'))
      await client.query('COMMIT')
      const { userErrors, skipped, bookingIds } = await waiting
      expect(userErrors).toEqual([])
      expect(skipped.map((one) => one.bookingIds)).toEqual([[ids[1]], [ids[0]]])
      expect(bookingIds.length).toBe(1)
    })
  })

  it('a pool that shrinks while it is booked is never overfull', async () => {
    const resourceId = await desk.newResource({ maxConcurrent: 2 })
    await Promise.all([
      race(Array.from({ length: 30 }, (_, n) => ({ resourceId, ...hour(n % 10) }))),
      ...[1, 2, 1, 2, 1].map((maxConcurrent) =>
        ask(desk.test.url, desk.org.owner, UpdateResource, {
          input: { id: resourceId, maxConcurrent },
        }),
      ),
    ])
    const { rows } = await desk.test.app.database.pool.query<{ limit: number; most: number }>(
      `SELECT max_concurrent AS "limit",
              (SELECT max(n)::int FROM (SELECT count(*) AS n FROM booking
                WHERE resource_id = resource.id GROUP BY start_time) AS slots) AS most
         FROM resource WHERE id = $1`,
      [resourceId],
    )
    expect(rows[0]?.most).toBeLessThanOrEqual(rows[0]?.limit ?? 0)
  })
})
