import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  BookingRecurrenceInput,
  BookingSeriesCreateInput,
} from '../../../src/generated/client/graphql.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import { ask } from '../../harness/app.ts'
import {
  CancelBooking,
  CancelSeries,
  DeleteSeries,
  UpdateBooking,
} from '../../harness/booking-documents.ts'
import { type BookingDesk, nextWeek, openBookingDesk } from '../../harness/bookings.ts'
import { recordedEvents } from '../../harness/recorded.ts'

let desk: BookingDesk

beforeAll(async () => {
  desk = await openBookingDesk('UTC')
})
afterAll(() => desk[Symbol.asyncDispose]())

const DAILY = { frequency: 'DAILY' } as const

async function series(
  resourceId: string,
  rule: BookingRecurrenceInput,
  rest: Partial<BookingSeriesCreateInput> = {},
) {
  return desk.bookSeries({
    resourceId,
    startTime: nextWeek('09:00'),
    endTime: nextWeek('10:00'),
    rule,
    ...rest,
  })
}

const starts = (answer: Awaited<ReturnType<typeof series>>) =>
  answer.series?.bookings.nodes.map((node) => node.startTime)

describe('series', () => {
  it('books every time, each with its own event', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const resourceId = await own.newResource()
    const answer = await own.bookSeries({
      resourceId,
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
      rule: { ...DAILY, count: 3 },
    })
    expect(answer.userErrors).toEqual([])
    expect(answer.series?.timezone).toBe('UTC')
    expect(starts(answer)).toEqual([0, 1, 2].map((day) => nextWeek('09:00', day)))
    const events = await recordedEvents(desk.test.app, own.org.organizationId, ['booking.created'])
    expect(events.map((event) => event.data.object['id'])).toEqual(answer.bookingIds)
    for (const event of events) expect(event.data.object['seriesId']).toBe(answer.series?.id)
  })

  it('FAIL books nothing and lists everything in the way', async () => {
    const resourceId = await desk.newResource()
    const blocking = []
    for (const day of [1, 3]) {
      const { booking } = await desk.book({
        resourceId,
        startTime: nextWeek('09:30', day),
        endTime: nextWeek('09:45', day),
      })
      blocking.push(booking?.id)
    }
    const answer = await series(resourceId, { ...DAILY, count: 5 })
    expect(answer.userErrors).toMatchObject([{ code: 'CONFLICT', ids: blocking }])
    expect(answer.series).toBeNull()
    const free = await desk.book({
      resourceId,
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
    })
    expect(free.userErrors).toEqual([])
  })

  it.each([1, 3])('SKIP books what is free and names the rest (%d at a time)', async (number) => {
    const resourceId = await desk.newResource({ maxConcurrent: number })
    const blocking: string[] = []
    for (let n = 0; n < number; n++) {
      const { booking } = await desk.book({
        resourceId,
        startTime: nextWeek('08:00', 1),
        endTime: nextWeek('09:01', 1),
      })
      blocking.push(booking?.id ?? '')
    }
    const answer = await series(resourceId, { ...DAILY, count: 3 }, { onConflict: 'SKIP' })
    expect(starts(answer)).toEqual([nextWeek('09:00'), nextWeek('09:00', 2)])
    expect(answer.skipped).toEqual([
      { startTime: nextWeek('09:00', 1), reason: 'CONFLICT', bookingIds: blocking },
    ])
  })

  it('SKIP leaves out closed days; FAIL refuses them', async () => {
    const first = new Date(nextWeek('09:00')).getUTCDay()
    const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY']
    const resourceId = await desk.newResource({
      openHours: [0, 2].map((offset) => ({
        day: days[(first + offset) % 7] as 'MONDAY',
        opens: '08:00',
        closes: '18:00',
      })),
    })
    const failed = await series(resourceId, { ...DAILY, count: 3 })
    expect(failed.userErrors).toMatchObject([{ code: 'VALIDATION' }])
    const answer = await series(resourceId, { ...DAILY, count: 3 }, { onConflict: 'SKIP' })
    expect(answer.skipped).toMatchObject([{ startTime: nextWeek('09:00', 1), reason: 'CLOSED' }])
    expect(answer.bookingIds.length).toBe(2)
  })

  it('one that overlaps itself is refused', async () => {
    const answer = await series(
      await desk.newResource(),
      { ...DAILY, count: 3 },
      { endTime: nextWeek('09:01', 1) },
    )
    expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'rule'] }])
  })

  it('keeps the clock time of its zone over a switch', async () => {
    // Every zone with daylight saving switches within a year.
    const answer = await series(
      await desk.newResource(),
      { frequency: 'WEEKLY', count: 53 },
      { timezone: 'Europe/Berlin' },
    )
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      timeStyle: 'short',
    })
    const times = starts(answer)?.map((iso) => new Date(iso)) ?? []
    expect(times.length).toBe(53)
    expect(new Set(times.map((time) => clock.format(time))).size).toBe(1)
    expect(new Set(times.map((time) => time.getUTCHours())).size).toBe(2)
  })
})

describe('changes of a series', () => {
  async function fourDays() {
    const resourceId = await desk.newResource()
    const { bookingIds, series: made } = await series(resourceId, { ...DAILY, count: 4 })
    return { resourceId, ids: bookingIds, seriesId: made?.id ?? '' }
  }
  const update = async (input: {
    id: string
    scope?: 'THIS' | 'THIS_AND_FOLLOWING' | 'ALL'
    startTime?: string
    endTime?: string
    title?: string
  }) => (await ask(desk.test.url, desk.org.owner, UpdateBooking, { input })).bookingUpdate
  const cancel = async (id: string, scope: 'THIS' | 'THIS_AND_FOLLOWING' | 'ALL') =>
    (await ask(desk.test.url, desk.org.owner, CancelBooking, { input: { id, scope } }))
      .bookingCancel
  const timesOf = (ids: string[]) =>
    Promise.all(ids.map(async (id) => (await desk.read(id))?.startTime))

  it('THIS changes one, THIS_AND_FOLLOWING those after it, ALL every one', async () => {
    const { ids } = await fourDays()
    const [, second = '', third = ''] = ids
    expect((await update({ id: second, title: 'One', scope: 'THIS' })).changedIds).toEqual([second])
    const following = await update({
      id: third,
      scope: 'THIS_AND_FOLLOWING',
      startTime: nextWeek('14:00', 2),
    })
    expect(following.changedIds).toEqual(ids.slice(2))
    expect(await timesOf(ids)).toEqual([
      nextWeek('09:00', 0),
      nextWeek('09:00', 1),
      nextWeek('14:00', 2),
      nextWeek('14:00', 3),
    ])
    const all = await update({ id: second, scope: 'ALL', startTime: nextWeek('11:00', 1) })
    expect(all.changedIds).toEqual(ids)
    expect(await timesOf(ids)).toEqual([0, 1, 2, 3].map((day) => nextWeek('11:00', day)))
  })

  it('moving all into each other’s places works: they move together', async () => {
    const { ids } = await fourDays()
    const [first = ''] = ids
    const moved = await update({ id: first, scope: 'ALL', startTime: nextWeek('09:00', 1) })
    expect(moved.userErrors).toEqual([])
    expect(await timesOf(ids)).toEqual([1, 2, 3, 4].map((day) => nextWeek('09:00', day)))
  })

  it('one clash stops all, and is named', async () => {
    const { resourceId, ids } = await fourDays()
    const blocking = await desk.book({
      resourceId,
      startTime: nextWeek('12:30', 2),
      endTime: nextWeek('13:30', 2),
    })
    const refused = await update({
      id: ids[0] ?? '',
      scope: 'ALL',
      startTime: nextWeek('12:00'),
    })
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [blocking.booking?.id] }])
    expect(await timesOf(ids)).toEqual([0, 1, 2, 3].map((day) => nextWeek('09:00', day)))
    const free = await desk.book({
      resourceId,
      startTime: nextWeek('12:00'),
      endTime: nextWeek('13:00'),
    })
    expect(free.userErrors).toEqual([])
  })

  it('one that was moved to another room stays there when all are changed', async () => {
    const { ids } = await fourDays()
    const other = await desk.newResource({ name: 'Oak' })
    const Move = graphql(`
      mutation MoveBooking($input: BookingUpdateInput!) {
        bookingUpdate(input: $input) {
          booking {
            resource {
              id
            }
          }
          userErrors {
            message
          }
        }
      }
    `)
    const input = { id: ids[2] ?? '', resourceId: other }
    await ask(desk.test.url, desk.org.owner, Move, { input })
    const changed = await update({ id: ids[0] ?? '', scope: 'ALL', startTime: nextWeek('11:00') })
    expect(changed.changedIds).toEqual(ids)
    expect(await timesOf(ids)).toEqual([0, 1, 2, 3].map((day) => nextWeek('11:00', day)))
    const read = await ask(desk.test.url, desk.org.owner, Move, {
      input: { id: ids[2] ?? '', title: 'Here' },
    })
    expect(read.bookingUpdate.booking?.resource.id).toBe(other)
    // Moved into another room altogether, they are all there.
    const third = await desk.newResource({ name: 'Ash' })
    const all = await ask(desk.test.url, desk.org.owner, UpdateBooking, {
      input: { id: ids[0] ?? '', scope: 'ALL', resourceId: third },
    })
    expect(all.bookingUpdate.changedIds).toEqual(ids)
  })

  it('cancelled ones stay out of later changes', async () => {
    const { ids } = await fourDays()
    await cancel(ids[1] ?? '', 'THIS')
    const changed = await update({ id: ids[0] ?? '', scope: 'ALL', title: 'New' })
    expect(changed.changedIds).toEqual([ids[0], ids[2], ids[3]])
  })

  it('cancelling tells of each booking, and of the series when all are meant', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const made = await own.bookSeries({
      resourceId: await own.newResource(),
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
      rule: { ...DAILY, count: 4 },
    })
    const ids = made.bookingIds
    const act = async (id: string, scope: 'THIS_AND_FOLLOWING' | 'ALL') =>
      (await ask(desk.test.url, own.org.owner, CancelBooking, { input: { id, scope } }))
        .bookingCancel.cancelledIds
    expect(await act(ids[2] ?? '', 'THIS_AND_FOLLOWING')).toEqual(ids.slice(2))
    expect(await act(ids[0] ?? '', 'ALL')).toEqual(ids.slice(0, 2))
    const events = await recordedEvents(desk.test.app, own.org.organizationId, [
      'booking.cancelled',
      'booking.series.cancelled',
    ])
    expect(events.map(({ type, data }) => [type, data.object['id']])).toEqual([
      ['booking.cancelled', ids[2]],
      ['booking.cancelled', ids[3]],
      ['booking.cancelled', ids[0]],
      ['booking.cancelled', ids[1]],
      ['booking.series.cancelled', made.series?.id],
    ])
    expect(events.at(-1)?.data.object['bookingIds']).toEqual(ids.slice(0, 2))
    const again = await ask(desk.test.url, own.org.owner, CancelSeries, {
      input: { id: made.series?.id ?? '' },
    })
    expect(again.bookingSeriesCancel).toMatchObject({
      series: { status: 'CANCELLED' },
      cancelledIds: [],
      eventCursor: null,
    })
  })

  it('a deleted series takes its bookings along', async () => {
    const { ids, seriesId } = await fourDays()
    const { bookingSeriesDelete } = await ask(desk.test.url, desk.org.owner, DeleteSeries, {
      input: { id: seriesId },
    })
    expect(bookingSeriesDelete.deletedId).toBe(seriesId)
    expect(await timesOf(ids)).toEqual(ids.map(() => undefined))
  })

  it('competing changes of one series from all its ends wait for each other', async () => {
    const { ids } = await fourDays()
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        update({
          id: ids[n % 4] ?? '',
          scope: n % 3 === 0 ? 'THIS' : 'ALL',
          title: `Attempt ${n}`,
        }),
      ),
    )
    for (const answer of answers) expect(answer.userErrors).toEqual([])
    expect((await desk.read(ids[0] ?? ''))?.title).toMatch(/^Attempt \d+$/)
  })
})
