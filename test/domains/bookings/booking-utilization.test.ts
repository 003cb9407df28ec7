import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/database/ids.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import type { BookingStatus } from '../../../src/generated/prisma/enums.ts'
import { ask, send } from '../../harness/app.ts'
import { type BookingDesk, openBookingDesk } from '../../harness/bookings.ts'
import { noteStatements } from '../../harness/statements.ts'

const Utilization = graphql(`
  query Utilization(
    $from: DateTime!
    $to: DateTime!
    $groupBy: BookingUtilizationGrouping
    $siteId: ID
    $resourceIds: [ID!]
  ) {
    bookingUtilization(
      from: $from
      to: $to
      groupBy: $groupBy
      siteId: $siteId
      resourceIds: $resourceIds
    ) {
      groupId
      groupName
      resourceCount
      bookingCount
      cancelledCount
      noShowCount
      bookedMinutes
      openMinutes
      utilization
    }
  }
`)

// A week in Berlin, Monday to Sunday, at whose end the clocks go forward: 167 hours.
const WEEK = { from: '2026-03-22T23:00:00Z', to: '2026-03-29T22:00:00Z' }
const WORKING = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const

let desk: BookingDesk
let other: BookingDesk
let elm: string
let oak: string

beforeAll(async () => {
  desk = await openBookingDesk('Europe/Berlin')
  other = await openBookingDesk('Europe/Berlin', desk.test)
  const openHours = WORKING.map((day) => ({ day, opens: '08:00', closes: '18:00' }))
  elm = await desk.newResource({ name: 'Elm', openHours })
  oak = await desk.newResource({ name: 'Oak', type: 'DESK', maxConcurrent: 2 })
  await book(desk, elm, '2026-03-22T22:30', '2026-03-22T23:30', 'COMPLETED') // 30 minutes in the week
  await book(desk, elm, '2026-03-23T08:00', '2026-03-23T10:00', 'COMPLETED', '2026-03-23T09:00')
  await book(desk, elm, '2026-03-24T08:00', '2026-03-24T10:00', 'CONFIRMED')
  await book(desk, elm, '2026-03-25T08:00', '2026-03-25T10:00', 'CANCELLED')
  await book(desk, elm, '2026-03-26T08:00', '2026-03-26T10:00', 'NO_SHOW')
  await book(desk, elm, '2026-03-27T08:00', '2026-03-27T10:00', 'PENDING')
  await book(desk, elm, '2026-03-31T08:00', '2026-03-31T10:00', 'CONFIRMED') // the week after
  await book(desk, oak, '2026-03-24T00:00', '2026-03-25T00:00', 'COMPLETED')
  const theirs = await other.newResource({ name: 'Theirs' })
  await book(other, theirs, '2026-03-24T00:00', '2026-03-25T00:00', 'COMPLETED')
})
afterAll(() => desk[Symbol.asyncDispose]())

/** In the past, where nothing can be booked. */
async function book(
  at: BookingDesk,
  resourceId: string,
  from: string,
  to: string,
  status: BookingStatus,
  ended?: string,
): Promise<void> {
  const [startTime, endTime] = [new Date(`${from}:00Z`), new Date(`${to}:00Z`)]
  await at.test.app.database.scopedTo(at.org.organizationId).booking.create({
    data: {
      id: newId('booking'),
      organizationId: at.org.organizationId,
      resourceId,
      status,
      startTime,
      endTime,
      endedAt: ended === undefined ? null : new Date(`${ended}:00Z`),
      holdEnd: endTime,
      exclusive: false,
      checkInOpensAt: startTime,
      checkInDeadline: endTime,
      autoRelease: false,
    },
  })
}

const read = async (more: object = {}, of = desk) =>
  (await ask(of.test.url, of.org.owner, Utilization, { ...WEEK, ...more })).bookingUtilization

const ELM = {
  groupName: 'Elm',
  resourceCount: 1,
  bookingCount: 3,
  cancelledCount: 1,
  noShowCount: 1,
  bookedMinutes: 30 + 60 + 120,
  openMinutes: 5 * 600,
  utilization: 210 / 3_000,
}
const OAK = {
  groupName: 'Oak',
  resourceCount: 1,
  bookingCount: 1,
  cancelledCount: 0,
  noShowCount: 0,
  bookedMinutes: 1_440,
  openMinutes: 2 * 167 * 60,
  utilization: 1_440 / (2 * 167 * 60),
}

describe('the use of resources', () => {
  it('is booked time against open time in local hours, the most used first', async () => {
    expect(await read({ groupBy: 'RESOURCE' })).toEqual([
      { groupId: oak, ...OAK },
      { groupId: elm, ...ELM },
    ])
  })

  it('sums up by kind, by site and for all, without other organizations', async () => {
    expect((await read({ groupBy: 'TYPE' })).map((row) => row.groupName)).toEqual(['DESK', 'ROOM'])
    const all = {
      resourceCount: 2,
      bookingCount: 4,
      cancelledCount: 1,
      noShowCount: 1,
      bookedMinutes: 1_650,
      openMinutes: 3_000 + 20_040,
      utilization: 1_650 / 23_040,
    }
    expect(await read()).toEqual([{ groupId: null, groupName: null, ...all }])
    expect(await read({ groupBy: 'SITE' })).toEqual([
      { groupId: desk.locationId, groupName: 'Site', ...all },
    ])
    expect(await read({ siteId: other.locationId })).toEqual([])
    expect(await read({ resourceIds: [elm], groupBy: 'RESOURCE' })).toEqual([
      { groupId: elm, ...ELM },
    ])
    expect(await read({ groupBy: 'RESOURCE' }, other)).toMatchObject([
      { groupName: 'Theirs', bookedMinutes: 1_440, openMinutes: 167 * 60 },
    ])
  })

  it('refuses a span that is none, or too long, and who may not read figures', async () => {
    const refuse = async (span: object, who = desk.org.owner) =>
      (await send(desk.test.url, who, Utilization, { ...WEEK, ...span })).errors[0]?.extensions.code
    expect(await refuse({ to: WEEK.from })).toBe('BAD_USER_INPUT')
    expect(await refuse({ to: '2027-03-30T00:00:00Z' })).toBe('BAD_USER_INPUT')
    expect(await refuse({}, (await desk.org.addUser('REQUESTER')).credentials)).toBe('FORBIDDEN')
  })

  it('takes one statement for any number of resources', async () => {
    const count = async () => {
      await read({ groupBy: 'RESOURCE' })
      using statements = noteStatements()
      await read({ groupBy: 'RESOURCE' })
      return statements.texts.filter((text) => text.includes('booking b')).length
    }
    expect(await count()).toBe(1)
    for (let n = 0; n < 50; n++) await desk.newResource({ name: `Desk ${n}` })
    expect(await count()).toBe(1)
  })
})
