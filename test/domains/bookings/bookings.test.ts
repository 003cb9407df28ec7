import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepBookings } from '../../../src/domains/bookings/sweeps.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, send } from '../../harness/app.ts'
import {
  ApproveBooking,
  BulkDeleteBookings,
  CancelBooking,
  CheckInBooking,
  DeleteBooking,
  EndBooking,
  MarkNoShow,
  RejectBooking,
  UnmarkNoShow,
  UpdateBooking,
} from '../../harness/booking-documents.ts'
import { type BookingDesk, inMinutes, nextWeek, openBookingDesk } from '../../harness/bookings.ts'
import { recordedEvents } from '../../harness/recorded.ts'
import { CreateService, DeleteResource, UpdateResource } from '../../harness/resource-documents.ts'

let desk: BookingDesk

beforeAll(async () => {
  desk = await openBookingDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

async function bookNextWeek(resourceId: string, from: string, to: string) {
  const { booking, userErrors } = await desk.book({
    resourceId,
    startTime: nextWeek(from),
    endTime: nextWeek(to),
  })
  if (booking === null) throw new Error(JSON.stringify(userErrors))
  return booking.id
}

const act = {
  cancel: async (id: string) =>
    (await ask(desk.test.url, desk.org.owner, CancelBooking, { input: { id } })).bookingCancel,
  checkIn: async (id: string) =>
    (await ask(desk.test.url, desk.org.owner, CheckInBooking, { input: { id } })).bookingCheckIn,
  end: async (id: string) =>
    (await ask(desk.test.url, desk.org.owner, EndBooking, { input: { id } })).bookingEnd,
  update: async (input: { id: string; startTime?: string; endTime?: string; title?: string }) =>
    (await ask(desk.test.url, desk.org.owner, UpdateBooking, { input })).bookingUpdate,
}

describe('conflicts', () => {
  it('an overlapping booking is refused with the bookings in its way', async () => {
    const resourceId = await desk.newResource()
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    const second = await bookNextWeek(resourceId, '10:00', '11:00')
    const { booking, userErrors } = await desk.book({
      resourceId,
      startTime: nextWeek('09:30'),
      endTime: nextWeek('10:30'),
    })
    expect(booking).toBeNull()
    expect(userErrors).toMatchObject([{ code: 'CONFLICT', ids: [first, second] }])
  })

  it('a cancelled booking is in nobody’s way', async () => {
    const resourceId = await desk.newResource()
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    await act.cancel(first)
    await bookNextWeek(resourceId, '09:00', '10:00')
  })

  it('the buffer is kept free between two bookings, once', async () => {
    const resourceId = await desk.newResource({ bufferMinutes: 15 })
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    for (const [from, to] of [
      ['10:14', '10:30'],
      ['08:00', '08:46'],
    ] as const) {
      const refused = await desk.book({
        resourceId,
        startTime: nextWeek(from),
        endTime: nextWeek(to),
      })
      expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [first] }])
    }
    await bookNextWeek(resourceId, '10:15', '10:30')
    await bookNextWeek(resourceId, '08:00', '08:45')
  })

  it('a pool takes as many at a time as it has', async () => {
    const resourceId = await desk.newResource({ maxConcurrent: 2 })
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    const second = await bookNextWeek(resourceId, '10:00', '11:00')
    // Touches both, but they never stand together.
    const third = await bookNextWeek(resourceId, '09:30', '10:30')
    const refused = await desk.book({
      resourceId,
      startTime: nextWeek('09:45'),
      endTime: nextWeek('10:15'),
    })
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [first, third, second] }])
  })

  it('a pool becomes a single thing only when its bookings allow it', async () => {
    const resourceId = await desk.newResource({ maxConcurrent: 2 })
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    const second = await bookNextWeek(resourceId, '09:30', '10:30')
    const shrink = { input: { id: resourceId, maxConcurrent: 1 } }
    const refused = await ask(desk.test.url, desk.org.owner, UpdateResource, shrink)
    expect(refused.resourceUpdate.userErrors[0]).toMatchObject({ code: 'CONFLICT' })
    await act.cancel(second)
    const done = await ask(desk.test.url, desk.org.owner, UpdateResource, shrink)
    expect(done.resourceUpdate.userErrors).toEqual([])
    const clash = await desk.book({
      resourceId,
      startTime: nextWeek('09:30'),
      endTime: nextWeek('10:30'),
    })
    expect(clash.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [first] }])
    await ask(desk.test.url, desk.org.owner, UpdateResource, {
      input: { id: resourceId, maxConcurrent: 2 },
    })
    await bookNextWeek(resourceId, '09:30', '10:30')
  })

  it('a move into a taken time changes nothing', async () => {
    const resourceId = await desk.newResource()
    const first = await bookNextWeek(resourceId, '09:00', '10:00')
    const second = await bookNextWeek(resourceId, '10:00', '11:00')
    const refused = await act.update({ id: second, startTime: nextWeek('09:30') })
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [first] }])
    expect(await desk.read(second)).toMatchObject({ startTime: nextWeek('10:00'), version: 1 })
    const moved = await act.update({ id: second, startTime: nextWeek('10:30') })
    expect(moved.booking).toMatchObject({
      startTime: nextWeek('10:30'),
      endTime: nextWeek('11:30'),
      version: 2,
    })
    expect((await act.update({ id: first, endTime: nextWeek('10:30') })).userErrors).toEqual([])
  })

  it('the database itself refuses overlapping holds', async () => {
    const resourceId = await desk.newResource()
    const id = await bookNextWeek(resourceId, '09:00', '10:00')
    await expect(
      desk.test.app.database.pool.query(
        `INSERT INTO booking SELECT (jsonb_populate_record(b, '{"id": "bk-copy"}')).* FROM booking b WHERE id = $1`,
        [id],
      ),
    ).rejects.toThrow('booking_no_overlap')
  })
})

describe('rules of a resource', () => {
  it('closed hours are refused on the clock of its place', async () => {
    const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']
    const tokyo = await openBookingDesk('Asia/Tokyo', desk.test)
    const resourceId = await tokyo.newResource({
      openHours: days.map((day) => ({ day: day as 'MONDAY', opens: '09:00', closes: '18:00' })),
    })
    const at = (from: string, to: string) =>
      tokyo.book({ resourceId, startTime: nextWeek(from), endTime: nextWeek(to) })
    expect((await at('00:00', '09:00')).userErrors).toEqual([])
    expect((await at('09:00', '09:30')).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'startTime'] },
    ])
  })

  it.each([
    ['too many people', { capacity: 4 }, { attendees: 5 }, 'attendees'],
    ['too short', { minMinutes: 90 }, {}, 'endTime'],
    ['too far ahead', { maxAdvanceDays: 1 }, {}, 'startTime'],
    ['not reservable', { reservableStatus: 'NOT_RESERVABLE' as const }, {}, 'resourceId'],
    ['for machines only', { reservableStatus: 'IOT_ONLY' as const }, {}, 'resourceId'],
    [
      'not on a whole minute',
      {},
      { startTime: nextWeek('09:00').replace(':00.', ':30.') },
      'startTime',
    ],
  ])('%s', async (_name, rules, input, field) => {
    const resourceId = await desk.newResource(rules)
    const { userErrors } = await desk.book({
      resourceId,
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
      ...input,
    })
    expect(userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', field] }])
  })

  it('a machine books what is for machines only', async () => {
    const resourceId = await desk.newResource({ reservableStatus: 'IOT_ONLY' })
    const key = await desk.org.addApiKey(['bookings:write'])
    const { booking } = await desk.book(
      { resourceId, startTime: nextWeek('09:00'), endTime: nextWeek('10:00') },
      key,
    )
    expect(booking?.status).toBe('CONFIRMED')
  })

  it('a service goes with the resources that it is offered with', async () => {
    const [resourceId, other] = [await desk.newResource(), await desk.newResource()]
    const { serviceCreate } = await ask(desk.test.url, desk.org.owner, CreateService, {
      input: { name: 'Coffee', resourceIds: [resourceId] },
    })
    const serviceId = serviceCreate.service?.id ?? ''
    const times = { startTime: nextWeek('09:00'), endTime: nextWeek('10:00'), serviceId }
    expect((await desk.book({ resourceId: other, ...times })).userErrors).toMatchObject([
      { path: ['input', 'serviceId'] },
    ])
    expect((await desk.book({ resourceId, ...times })).userErrors).toEqual([])
  })

  it('one with bookings to come is not deleted; with past ones it is archived', async () => {
    const resourceId = await desk.newResource()
    const id = await bookNextWeek(resourceId, '09:00', '10:00')
    const remove = async () =>
      (await ask(desk.test.url, desk.org.owner, DeleteResource, { input: { id: resourceId } }))
        .resourceDelete
    expect((await remove()).userErrors).toMatchObject([{ code: 'CONFLICT', ids: [id] }])
    await act.cancel(id)
    expect(await remove()).toMatchObject({ deletedId: resourceId, userErrors: [] })
    const ReadArchived = graphql(`
      query ReadArchived($id: ID!, $booking: ID!) {
        resource(id: $id) {
          archivedAt
        }
        booking(id: $booking) {
          resource {
            name
          }
        }
      }
    `)
    const read = await ask(desk.test.url, desk.org.owner, ReadArchived, {
      id: resourceId,
      booking: id,
    })
    expect(read.resource?.archivedAt).toEqual(expect.any(String))
    expect(read.booking?.resource.name).toBe('Elm')
    const refused = await desk.book({
      resourceId,
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
    })
    expect(refused.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })
})

describe('approval', () => {
  it('a booking waits, holds its time, and is approved by a manager only', async () => {
    const resourceId = await desk.newResource({ requiresApproval: true })
    const requester = await desk.org.addUser('REQUESTER')
    const times = { resourceId, startTime: nextWeek('09:00'), endTime: nextWeek('10:00') }
    const { booking } = await desk.book(times, requester.credentials)
    expect(booking?.status).toBe('PENDING')
    expect((await desk.book(times)).userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [booking?.id] },
    ])
    const input = { id: booking?.id ?? '' }
    const refused = await send(desk.test.url, requester.credentials, ApproveBooking, { input })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const manager = await desk.org.addUser('MANAGER')
    const approved = await ask(desk.test.url, manager.credentials, ApproveBooking, { input })
    expect(approved.bookingApprove.booking?.status).toBe('CONFIRMED')
    // Moving it past the approver does not work.
    const moved = await act.update({ ...input, startTime: nextWeek('11:00') })
    expect(moved.booking?.status).toBe('PENDING')
    const rejected = await ask(desk.test.url, manager.credentials, RejectBooking, {
      input: { ...input, reason: 'Under repair' },
    })
    expect(rejected.bookingReject.booking).toMatchObject({
      status: 'REJECTED',
      rejectReason: 'Under repair',
    })
  })
})

describe('check-in and end', () => {
  it('check-in outside of its window is refused, inside it works once', async () => {
    const resourceId = await desk.newResource({ requiresCheckIn: true, checkInOpensMinutes: 20 })
    const early = await desk.book({
      resourceId,
      startTime: inMinutes(60),
      endTime: inMinutes(90),
    })
    expect((await act.checkIn(early.booking?.id ?? '')).userErrors).toMatchObject([
      { code: 'VALIDATION' },
    ])
    const near = await desk.book({ resourceId, startTime: inMinutes(10), endTime: inMinutes(40) })
    const id = near.booking?.id ?? ''
    expect((await act.checkIn(id)).booking?.status).toBe('CHECKED_IN')
    expect(await act.checkIn(id)).toMatchObject({ eventCursor: null, userErrors: [] })
  })

  it('an early end frees the rest at once, but for the buffer', async () => {
    const resourceId = await desk.newResource({ bufferMinutes: 5 })
    const { booking } = await desk.book({
      resourceId,
      startTime: inMinutes(-10),
      endTime: inMinutes(50),
    })
    const later = { resourceId, startTime: inMinutes(10), endTime: inMinutes(20) }
    expect((await desk.book(later)).userErrors).toMatchObject([{ code: 'CONFLICT' }])
    expect((await act.end(booking?.id ?? '')).booking?.status).toBe('COMPLETED')
    const soon = { resourceId, startTime: inMinutes(1), endTime: inMinutes(9) }
    expect((await desk.book(soon)).userErrors).toMatchObject([{ code: 'CONFLICT' }])
    expect((await desk.book(later)).userErrors).toEqual([])
  })

  it('one under way can be prolonged while nobody is behind it, and not moved', async () => {
    const resourceId = await desk.newResource()
    const times = { resourceId, startTime: inMinutes(-10), endTime: inMinutes(20) }
    const id = (await desk.book(times)).booking?.id ?? ''
    await act.checkIn(id)
    const next = await desk.book({
      resourceId,
      startTime: inMinutes(40),
      endTime: inMinutes(50),
    })
    const longer = await act.update({ id, endTime: inMinutes(35) })
    expect(longer.booking?.status).toBe('CHECKED_IN')
    const tooLong = await act.update({ id, endTime: inMinutes(45) })
    expect(tooLong.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [next.booking?.id] }])
    const moved = await act.update({ id, startTime: inMinutes(60) })
    expect(moved.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'startTime'] }])
  })

  it('one that has not begun is cancelled, not ended', async () => {
    const id = await bookNextWeek(await desk.newResource(), '09:00', '10:00')
    expect((await act.end(id)).userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })

  it('a manager marks a no-show and puts it right unless its time is given away', async () => {
    const resourceId = await desk.newResource()
    const { booking } = await desk.book({
      resourceId,
      startTime: inMinutes(-10),
      endTime: inMinutes(50),
    })
    const input = { id: booking?.id ?? '' }
    const mark = () => ask(desk.test.url, desk.org.owner, MarkNoShow, { input })
    const unmark = async () =>
      (await ask(desk.test.url, desk.org.owner, UnmarkNoShow, { input })).bookingUnmarkNoShow
    expect((await mark()).bookingMarkNoShow.booking?.status).toBe('NO_SHOW')
    expect(await unmark()).toMatchObject({ booking: { status: 'CHECKED_IN', releasedAt: null } })
    const other = await desk.book({
      resourceId: await desk.newResource(),
      startTime: inMinutes(-10),
      endTime: inMinutes(50),
    })
    input.id = other.booking?.id ?? ''
    await mark()
    expect((await act.checkIn(input.id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'NO_SHOW' },
    ])
  })

  it('a no-show whose time has been given away stays one', async () => {
    const resourceId = await desk.newResource()
    const times = { resourceId, startTime: inMinutes(-10), endTime: inMinutes(50) }
    const input = { id: (await desk.book(times)).booking?.id ?? '' }
    await ask(desk.test.url, desk.org.owner, MarkNoShow, { input })
    const taken = await desk.book(times)
    const refused = await ask(desk.test.url, desk.org.owner, UnmarkNoShow, { input })
    expect(refused.bookingUnmarkNoShow.userErrors).toEqual([
      { code: 'CONFLICT', ids: [taken.booking?.id] },
    ])
  })
})

describe('what the clock does', () => {
  it('releases, completes and refuses, each once however many workers run', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const times = { startTime: inMinutes(5), endTime: inMinutes(65) }
    const checkIn = await own.newResource({ requiresCheckIn: true })
    const absent = (await own.book({ resourceId: checkIn, ...times })).booking?.id ?? ''
    const plain = await own.newResource()
    const over = (await own.book({ resourceId: plain, ...times })).booking?.id ?? ''
    const approved = await own.newResource({ requiresApproval: true })
    const waiting = (await own.book({ resourceId: approved, ...times })).booking?.id ?? ''
    const late = await own.newResource({ requiresCheckIn: true })
    const present =
      (await own.book({ resourceId: late, startTime: inMinutes(-5), endTime: inMinutes(65) }))
        .booking?.id ?? ''
    const { database, queue } = desk.test.app
    const sweep = (iso: string) => sweepBookings({ database, queue }, new Date(iso))

    await sweep(inMinutes(3))
    const statuses = async () =>
      Promise.all([absent, over, waiting, present].map(async (id) => (await own.read(id))?.status))
    expect(await statuses()).toEqual(['CONFIRMED', 'CONFIRMED', 'PENDING', 'CONFIRMED'])
    await sweep(inMinutes(21))
    expect(await statuses()).toEqual(['NO_SHOW', 'CONFIRMED', 'REJECTED', 'CONFIRMED'])
    // The released time can be booked by others.
    expect((await own.book({ resourceId: checkIn, ...times })).userErrors).toEqual([])
    await Promise.all(Array.from({ length: 5 }, () => sweep(inMinutes(66))))
    expect(await statuses()).toEqual(['NO_SHOW', 'COMPLETED', 'REJECTED', 'COMPLETED'])
    expect(await own.read(over)).toMatchObject({ endedAt: times.endTime })
    const events = await recordedEvents(desk.test.app, own.org.organizationId, [
      'booking.no_show',
      'booking.ended',
      'booking.rejected',
    ])
    const told = (type: string) =>
      events.filter((event) => event.type === type).map((event) => event.data.object['id'])
    expect(told('booking.rejected')).toEqual([waiting])
    expect(told('booking.no_show')).toEqual([absent, expect.any(String)])
    expect(new Set(told('booking.ended'))).toEqual(new Set([over, present]))
    expect(told('booking.ended').length).toBe(2)
  })
})

describe('deletion', () => {
  it('one at a time and many at once, not while under way', async () => {
    const resourceId = await desk.newResource()
    const [a, b, c] = [
      await bookNextWeek(resourceId, '09:00', '10:00'),
      await bookNextWeek(resourceId, '10:00', '11:00'),
      await bookNextWeek(resourceId, '11:00', '12:00'),
    ]
    const running = await desk.book({
      resourceId,
      startTime: inMinutes(-5),
      endTime: inMinutes(10),
    })
    const runningId = running.booking?.id ?? ''
    await act.checkIn(runningId)
    const removeOne = async (id: string) =>
      (await ask(desk.test.url, desk.org.owner, DeleteBooking, { input: { id } })).bookingDelete
    expect((await removeOne(runningId)).userErrors).toEqual([
      { code: 'CONFLICT', ids: [runningId] },
    ])
    expect((await removeOne(a)).deletedId).toBe(a)
    expect(await desk.read(a)).toBeNull()
    const removeAll = async (ids: string[]) =>
      (await ask(desk.test.url, desk.org.owner, BulkDeleteBookings, { input: { ids } }))
        .bookingBulkDelete
    expect((await removeAll([a, b, 'bk-none'])).userErrors).toEqual([
      { code: 'NOT_FOUND', missingId: a },
      { code: 'NOT_FOUND', missingId: 'bk-none' },
    ])
    expect((await desk.read(b))?.id).toBe(b)
    expect((await removeAll([c, b, c])).deletedIds).toEqual([b, c].toSorted())
  })
})

describe('who may', () => {
  it('a requester handles own bookings only and books for nobody else', async () => {
    const resourceId = await desk.newResource()
    const [one, two] = [await desk.org.addUser('REQUESTER'), await desk.org.addUser('REQUESTER')]
    const times = { resourceId, startTime: nextWeek('09:00'), endTime: nextWeek('10:00') }
    const { booking } = await desk.book(times, one.credentials)
    const input = { id: booking?.id ?? '' }
    const refused = [
      await send(desk.test.url, two.credentials, CancelBooking, { input }),
      await send(desk.test.url, two.credentials, CheckInBooking, { input }),
      await send(desk.test.url, two.credentials, EndBooking, { input }),
    ]
    for (const { data } of refused) {
      const [payload] = Object.values(data ?? {})
      expect(payload?.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    }
    const deleted = await send(desk.test.url, two.credentials, DeleteBooking, { input })
    expect(deleted.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const cancelled = await ask(desk.test.url, one.credentials, CancelBooking, { input })
    expect(cancelled.bookingCancel.booking?.status).toBe('CANCELLED')
    const forOther = await send(
      desk.test.url,
      one.credentials,
      graphql(`
        mutation BookForOther($input: BookingCreateInput!) {
          bookingCreate(input: $input) {
            booking {
              id
            }
          }
        }
      `),
      { input: { ...times, bookedById: two.userId } },
    )
    expect(forOther.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const byManager = await desk.book({ ...times, bookedById: two.userId })
    expect((await desk.read(byManager.booking?.id ?? ''))?.bookedBy?.id).toBe(two.userId)
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(desk.test)
    const resourceId = await desk.newResource()
    const id = await bookNextWeek(resourceId, '09:00', '10:00')
    for (const wanted of [id, 'bk-000000000000000000000']) {
      const { bookingUpdate } = await ask(desk.test.url, stranger.owner, UpdateBooking, {
        input: { id: wanted, title: 'Mine' },
      })
      expect(bookingUpdate.userErrors).toMatchObject([
        { code: 'NOT_FOUND', message: `Booking ${wanted} was not found` },
      ])
      const { bookingCancel } = await ask(desk.test.url, stranger.owner, CancelBooking, {
        input: { id: wanted, scope: 'ALL' },
      })
      expect(bookingCancel.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
      const bulk = await ask(desk.test.url, stranger.owner, BulkDeleteBookings, {
        input: { ids: [wanted] },
      })
      expect(bulk.bookingBulkDelete.userErrors).toEqual([{ code: 'NOT_FOUND', missingId: wanted }])
    }
    const { userErrors } = await desk.book(
      { resourceId, startTime: nextWeek('09:00'), endTime: nextWeek('10:00') },
      stranger.owner,
    )
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'resourceId'] }])
  })

  it('an update decided on an older version is refused; one that changes nothing is silent', async () => {
    const id = await bookNextWeek(await desk.newResource(), '09:00', '10:00')
    await act.update({ id, title: 'Second' })
    const { bookingUpdate } = await ask(desk.test.url, desk.org.owner, UpdateBooking, {
      input: { id, title: 'Third', expectedVersion: 1 },
    })
    expect(bookingUpdate.userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT', currentVersion: 2 },
    ])
    expect(await act.update({ id, title: 'Second', startTime: nextWeek('09:00') })).toMatchObject({
      booking: { version: 2 },
      changedIds: [],
      eventCursor: null,
    })
  })

  it('a cancelled booking can no longer be changed', async () => {
    const id = await bookNextWeek(await desk.newResource(), '09:00', '10:00')
    await act.cancel(id)
    expect((await act.update({ id, title: 'No' })).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'CANCELLED', allowed: [] },
    ])
    expect(await act.cancel(id)).toMatchObject({ eventCursor: null, userErrors: [] })
  })
})
