import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carriesPrevious, listEvents } from '../../../src/events/define.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import examples from '../../fixtures/bookings-events.json' with { type: 'json' }
import { ask } from '../../harness/app.ts'
import {
  ApproveBooking,
  BulkDeleteBookings,
  CancelBooking,
  CancelSeries,
  CheckInBooking,
  DeleteBooking,
  DeleteSeries,
  EndBooking,
  MarkNoShow,
  RejectBooking,
} from '../../harness/booking-documents.ts'
import { type BookingDesk, inMinutes, nextWeek, openBookingDesk } from '../../harness/bookings.ts'
import { missingFrom, recordedEvents } from '../../harness/recorded.ts'
import { countSelects } from '../../harness/statements.ts'

let desk: BookingDesk

beforeAll(async () => {
  desk = await openBookingDesk('UTC')
})
afterAll(() => desk[Symbol.asyncDispose]())

describe('events of bookings', () => {
  it('a life of each kind', async () => {
    const { url } = desk.test
    const { owner } = desk.org
    const book = async (resourceId: string, from = inMinutes(-5)) => {
      const { booking } = await desk.book({
        resourceId,
        startTime: from,
        endTime: new Date(Date.parse(from) + 3_600_000).toISOString(),
      })
      return { input: { id: booking?.id ?? '' } }
    }
    const room = await desk.newResource()
    const guarded = await desk.newResource({ requiresApproval: true })
    const used = await book(room)
    await ask(url, owner, CheckInBooking, used)
    await ask(url, owner, EndBooking, used)
    const absent = await book(await desk.newResource())
    await ask(url, owner, MarkNoShow, absent)
    const approved = await book(guarded, nextWeek('09:00'))
    await ask(url, owner, ApproveBooking, approved)
    await ask(url, owner, CancelBooking, approved)
    const refused = await book(guarded, nextWeek('11:00'))
    await ask(url, owner, RejectBooking, { input: { ...refused.input, reason: 'Closed' } })
    await ask(url, owner, DeleteBooking, used)
    await ask(url, owner, BulkDeleteBookings, {
      input: { ids: [absent.input.id, refused.input.id] },
    })
    const made = await desk.bookSeries({
      resourceId: room,
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
      rule: { frequency: 'WEEKLY', count: 3 },
    })
    const series = { input: { id: made.series?.id ?? '' } }
    await ask(url, owner, CancelSeries, series)
    await ask(url, owner, DeleteSeries, series)
    const types = (await recordedEvents(desk.test.app, desk.org.organizationId)).map(
      (event) => event.type,
    )
    expect(types.filter((type) => type.startsWith('booking.'))).toEqual([
      'booking.created',
      'booking.checked_in',
      'booking.ended',
      'booking.created',
      'booking.no_show',
      'booking.created',
      'booking.updated',
      'booking.cancelled',
      'booking.created',
      'booking.rejected',
      'booking.deleted',
      'booking.bulk_deleted',
      ...Array.from({ length: 3 }, () => 'booking.created'),
      ...Array.from({ length: 3 }, () => 'booking.cancelled'),
      'booking.series.cancelled',
      'booking.bulk_deleted',
      'booking.series.deleted',
    ])
  })

  it.each(Object.entries(examples))('%s covers its example', async (type, example) => {
    const [event] = await recordedEvents(desk.test.app, desk.org.organizationId, [type])
    expect(event).toBeDefined()
    expect(missingFrom(event?.data.object, example)).toEqual([])
    const definition = listEvents().find((event) => event.type === type)
    expect(event?.data.previousAttributes !== undefined).toBe(carriesPrevious(definition ?? {}))
    expect(definition?.payload.safeParse(event?.data.object).success).toBe(true)
  })

  it('a change of status names the status it came from', async () => {
    for (const [type, status] of [
      ['booking.checked_in', 'Confirmed'],
      ['booking.ended', 'CheckedIn'],
      ['booking.cancelled', 'Confirmed'],
      ['booking.rejected', 'Pending'],
      ['booking.updated', 'Pending'],
    ] as const) {
      const [event] = await recordedEvents(desk.test.app, desk.org.organizationId, [type])
      expect(event?.data.previousAttributes).toMatchObject({ status })
    }
  })

  it('all of them are known, with what is needed to see them', () => {
    for (const type of Object.keys(examples)) {
      expect(listEvents().find((event) => event.type === type)?.scopes).toEqual([
        'bookings:read',
        'customers:read',
        'resources:read',
        'services:read',
      ])
    }
  })
})

describe('reading', () => {
  const List = graphql(`
    query ListBookings($where: BookingWhere, $orderBy: [BookingOrder!], $first: Int) {
      bookings(where: $where, orderBy: $orderBy, first: $first) {
        totalCount
        nodes {
          id
          status
          allowedStatuses
          resource {
            name
            location {
              name
            }
          }
          series {
            id
          }
          bookedBy {
            name
          }
        }
      }
    }
  `)
  const ListResources = graphql(`
    query ListResourcesWithBookings($first: Int, $during: TimeSpan) {
      resources(first: $first) {
        nodes {
          id
          location {
            name
          }
          bookings(first: 2, during: $during, status: { in: [CONFIRMED] }) {
            totalCount
            nodes {
              id
            }
          }
        }
      }
    }
  `)

  it('filters, order and pages', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const [elm, oak] = [await own.newResource(), await own.newResource({ name: 'Oak' })]
    const book = async (resourceId: string, from: string, to: string) => {
      const times = { startTime: nextWeek(from), endTime: nextWeek(to) }
      return (await own.book({ resourceId, ...times })).booking?.id ?? ''
    }
    const [a, b, c] = [
      await book(elm, '09:00', '10:00'),
      await book(elm, '10:00', '11:00'),
      await book(oak, '09:30', '10:30'),
    ]
    const ids = async (where: object, orderBy: { field: 'CREATED'; direction: 'DESC' }[] = []) =>
      (await ask(desk.test.url, own.org.owner, List, { where, orderBy })).bookings.nodes.map(
        (node) => node.id,
      )
    expect(await ids({})).toEqual([a, c, b])
    expect(await ids({}, [{ field: 'CREATED', direction: 'DESC' }])).toEqual([c, b, a])
    expect(await ids({ resourceId: { in: [oak] } })).toEqual([c])
    expect(await ids({ during: { from: nextWeek('10:00'), to: nextWeek('10:30') } })).toEqual([
      c,
      b,
    ])
    expect(await ids({ siteId: own.locationId, status: { notIn: ['CONFIRMED'] } })).toEqual([])
    expect(
      await ids({ startTime: { gte: nextWeek('09:30') }, seriesId: { isNull: true } }),
    ).toEqual([c, b])
    const { resources } = await ask(desk.test.url, own.org.owner, ListResources, {
      during: { from: nextWeek('09:00'), to: nextWeek('09:30') },
    })
    expect(resources.nodes.map((node) => node.bookings.totalCount)).toEqual([1, 0])
  })

  it('finds what is free: with room all the time, however many it takes', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const single = await own.newResource({ name: 'Single', bufferMinutes: 10 })
    const pool = await own.newResource({ name: 'Pool', maxConcurrent: 3 })
    await own.newResource({ name: 'Empty' })
    const book = (resourceId: string, from: string, to: string) =>
      own.book({ resourceId, startTime: nextWeek(from), endTime: nextWeek(to) })
    await book(single, '09:00', '10:00')
    await book(pool, '09:00', '10:00')
    await book(pool, '09:00', '10:00')
    await book(pool, '09:30', '11:00')
    const FindFree = graphql(`
      query FindFree($free: TimeSpan) {
        resources(where: { free: $free }) {
          totalCount
          nodes {
            name
          }
        }
      }
    `)
    const find = async (from: string, to: string) => {
      const free = { from: nextWeek(from), to: nextWeek(to) }
      const { resources } = await ask(desk.test.url, own.org.owner, FindFree, { free })
      expect(resources.totalCount).toBe(resources.nodes.length)
      return resources.nodes.map((node) => node.name)
    }
    expect(await find('09:00', '10:00')).toEqual(['Empty'])
    expect(await find('09:00', '09:30')).toEqual(['Empty', 'Pool'])
    expect(await find('10:00', '11:00')).toEqual(['Empty', 'Pool'])
    expect(await find('10:10', '11:00')).toEqual(['Empty', 'Pool', 'Single'])
    expect(await find('08:00', '08:51')).toEqual(['Empty', 'Pool'])
    expect(await find('08:00', '08:50')).toEqual(['Empty', 'Pool', 'Single'])
  })

  it('the number of statements does not grow with the rows', async () => {
    const own = await openBookingDesk('UTC', desk.test)
    const { owner } = own.org
    for (let n = 0; n < 50; n++) {
      await own.book({
        resourceId: await own.newResource({ name: `Room ${n}` }),
        startTime: nextWeek('09:00'),
        endTime: nextWeek('10:00'),
      })
    }
    const { url } = desk.test
    const count = async (first: number) => [
      await countSelects(() => ask(url, owner, List, { first })),
      await countSelects(() => ask(url, owner, ListResources, { first })),
    ]
    const [one, fifty] = [await count(1), await count(50)]
    expect(Math.min(...one)).toBeGreaterThan(0)
    expect(fifty).toEqual(one)
  })
})
