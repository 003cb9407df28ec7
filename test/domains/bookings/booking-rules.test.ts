import { describe, expect, it } from 'vitest'
import {
  applyEdit,
  expand,
  type Recurrence,
  wallClockEdit,
} from '../../../src/domains/bookings/series/recurrence.ts'
import {
  demandCheckInWindow,
  demandTimes,
  demandTransition,
  earlyEnd,
  timing,
  TRANSITIONS,
} from '../../../src/domains/bookings/rules.ts'
import { BookingStatus } from '../../../src/generated/prisma/enums.ts'
import type { Booking } from '../../../src/generated/prisma/client.ts'
import { fits, fullestMoment, overlaps } from '../../../src/domains/resources/overlap.ts'

const STATUSES = Object.values(BookingStatus)
const at = (text: string) => new Date(`2026-${text}:00Z`)

describe('booking transitions', () => {
  it('the table names every status once and points only at statuses', () => {
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual(STATUSES.toSorted())
    for (const targets of Object.values(TRANSITIONS)) {
      expect(new Set(targets).size).toBe(targets.length)
      for (const target of targets) expect(STATUSES).toContain(target)
    }
  })

  it('every status can be reached from the two that a booking begins in', () => {
    const reached = new Set<BookingStatus>(['PENDING', 'CONFIRMED'])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].toSorted()).toEqual(STATUSES.toSorted())
  })

  it('COMPLETED, CANCELLED and REJECTED are final', () => {
    for (const status of ['COMPLETED', 'CANCELLED', 'REJECTED'] as const) {
      expect(TRANSITIONS[status]).toEqual([])
    }
  })

  it('a command may be for fewer statuses than the table allows', () => {
    expect(() => demandTransition({ status: 'NO_SHOW' }, 'CHECKED_IN')).not.toThrow()
    expect(() => demandTransition({ status: 'NO_SHOW' }, 'CHECKED_IN', ['CONFIRMED'])).toThrow(
      'A booking that is NO_SHOW cannot become CHECKED_IN',
    )
  })
})

describe('times of a booking', () => {
  const now = at('06-01T12:00')
  const free = { minMinutes: null, maxMinutes: null, maxAdvanceDays: null }
  it.each([
    ['an end before the start', free, '06-02T10:00', '06-02T09:00', 'later than startTime'],
    ['no length', free, '06-02T10:00', '06-02T10:00', 'later than startTime'],
    ['too short', { ...free, minMinutes: 30 }, '06-02T10:00', '06-02T10:29', 'at least 30'],
    ['too long', { ...free, maxMinutes: 60 }, '06-02T10:00', '06-02T11:01', 'at most 60'],
    ['longer than a month', free, '06-02T10:00', '07-03T10:01', 'at most 44640'],
    ['over already', free, '06-01T11:00', '06-01T12:00', 'end in the future'],
    ['begun too long ago', free, '06-01T10:59', '06-01T13:00', 'at most 60 minutes ago'],
    ['too far ahead', { ...free, maxAdvanceDays: 1 }, '06-02T12:01', '06-02T13:00', '1 days'],
  ])('%s is refused', (_name, resource, start, end, message) => {
    expect(() => demandTimes(resource, { startTime: at(start), endTime: at(end) }, now)).toThrow(
      message,
    )
  })

  it('the limits themselves are fine', () => {
    const resource = { minMinutes: 30, maxMinutes: 30, maxAdvanceDays: 1 }
    const times = { startTime: at('06-02T12:00'), endTime: at('06-02T12:30') }
    expect(() => demandTimes(resource, times, now)).not.toThrow()
  })

  const rules = {
    bufferMinutes: 10,
    checkInOpensMinutes: 15,
    releaseAfterMinutes: 20,
    reminderMinutes: null,
    requiresCheckIn: true,
  }
  const times = { startTime: at('06-02T10:00'), endTime: at('06-02T11:00') }

  it('the check-in window is half-open and reaches beyond the start', () => {
    const booking = timing(rules, times, now)
    expect(booking).toMatchObject({
      holdEnd: at('06-02T11:10'),
      checkInOpensAt: at('06-02T09:45'),
      checkInDeadline: at('06-02T10:20'),
      autoRelease: true,
    })
    expect(() => demandCheckInWindow(booking, at('06-02T09:44'))).toThrow('Check-in is possible')
    expect(() => demandCheckInWindow(booking, at('06-02T09:45'))).not.toThrow()
    expect(() => demandCheckInWindow(booking, at('06-02T10:05'))).not.toThrow()
    expect(() => demandCheckInWindow(booking, at('06-02T10:20'))).toThrow('Check-in is possible')
  })

  it('a short booking is over before it could be released', () => {
    const short = { ...times, endTime: at('06-02T10:15') }
    expect(timing(rules, short, now).checkInDeadline).toEqual(at('06-02T10:15'))
  })

  it('one made after its start is never released', () => {
    expect(timing(rules, times, at('06-02T10:00'))).toMatchObject({
      autoRelease: false,
      checkInDeadline: times.endTime,
    })
  })

  it('an early end gives back all but the buffer', () => {
    const booking = timing(rules, times, now) as Booking
    expect(earlyEnd(booking, at('06-02T10:30'))).toEqual({
      endedAt: at('06-02T10:30'),
      holdEnd: at('06-02T10:40'),
    })
    expect(earlyEnd(booking, at('06-02T09:50')).holdEnd).toEqual(at('06-02T10:10'))
    expect(earlyEnd(booking, at('06-02T12:00'))).toEqual({
      endedAt: times.endTime,
      holdEnd: at('06-02T11:10'),
    })
  })
})

describe('overlap', () => {
  const hold = (id: string, from: string, to: string) => ({
    id,
    startTime: at(`06-02T${from}`),
    holdEnd: at(`06-02T${to}`),
  })

  it('is half-open, and an empty hold is in nobody’s way', () => {
    expect(overlaps(hold('a', '10:00', '11:00'), hold('b', '11:00', '12:00'))).toBe(false)
    expect(overlaps(hold('a', '10:00', '11:01'), hold('b', '11:00', '12:00'))).toBe(true)
    expect(overlaps(hold('a', '10:30', '10:30'), hold('b', '10:00', '11:00'))).toBe(false)
  })

  it('counts those that are there together, not all that touch', () => {
    const others = [hold('a', '09:00', '10:30'), hold('b', '10:30', '12:00')]
    expect(fits(hold('c', '10:00', '11:00'), others, 2)).toBe(true)
    expect(fits(hold('c', '10:00', '11:00'), others, 1)).toBe(false)
    const full = [...others, hold('d', '10:15', '10:45')]
    expect(fits(hold('c', '10:00', '11:00'), full, 2)).toBe(false)
    expect(fits(hold('c', '10:45', '11:00'), full, 2)).toBe(true)
    expect(fullestMoment(full).length).toBe(2)
  })

  it('agrees with counting every minute', () => {
    let seed = 7
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
    for (let round = 0; round < 300; round++) {
      const make = (id: string) => {
        const from = random(60)
        return {
          id,
          startTime: new Date(from * 60_000),
          holdEnd: new Date((from + 1 + random(30)) * 60_000),
        }
      }
      const others = Array.from({ length: random(8) }, (_, n) => make(`h${n}`))
      const wanted = make('wanted')
      let most = 0
      for (let t = wanted.startTime.getTime(); t < wanted.holdEnd.getTime(); t += 60_000) {
        const there = others.filter((o) => o.startTime.getTime() <= t && t < o.holdEnd.getTime())
        most = Math.max(most, there.length)
      }
      for (const limit of [1, 2, 3]) expect(fits(wanted, others, limit)).toBe(most < limit)
    }
  })
})

describe('series', () => {
  const rule = (given: Partial<Recurrence>): Recurrence => ({
    frequency: 'DAILY',
    interval: 1,
    daysOfWeek: [],
    count: null,
    until: null,
    ...given,
  })
  const times = (start: string, end: string) => ({ startTime: at(start), endTime: at(end) })
  const starts = (given: Partial<Recurrence>, start: string, zone: string) =>
    expand(rule(given), times(start, start), zone).map((one) => one.startTime.toISOString())

  it('keeps its wall-clock time over the switch to summer time', () => {
    expect(starts({ count: 3 }, '03-28T08:00', 'Europe/Berlin')).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ])
  })

  it('keeps its wall-clock time over the switch to winter time', () => {
    expect(starts({ count: 3 }, '10-24T07:00', 'Europe/Berlin')).toEqual([
      '2026-10-24T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
      '2026-10-26T08:00:00.000Z',
    ])
  })

  it('in a zone on the other side of the world, too', () => {
    // Sydney puts its clocks back on 2026-04-05 and forward on 2026-10-04.
    const weekly = { frequency: 'WEEKLY' as const, count: 2 }
    expect(starts(weekly, '04-01T22:00', 'Australia/Sydney')).toEqual([
      '2026-04-01T22:00:00.000Z',
      '2026-04-08T23:00:00.000Z',
    ])
    expect(starts(weekly, '09-30T23:00', 'Australia/Sydney')).toEqual([
      '2026-09-30T23:00:00.000Z',
      '2026-10-07T22:00:00.000Z',
    ])
  })

  it('a night keeps both its clock times, so it is an hour shorter or longer', () => {
    const nights = expand(rule({ count: 2 }), times('03-27T21:00', '03-28T05:00'), 'Europe/Berlin')
    const hours = nights.map(
      ({ startTime, endTime }) => (endTime.getTime() - startTime.getTime()) / 3_600_000,
    )
    expect(hours).toEqual([8, 7])
  })

  it('a time that the switch skips is read as if clocks had not been put forward', () => {
    expect(starts({ count: 2 }, '03-28T01:30', 'Europe/Berlin')[1]).toBe('2026-03-29T01:30:00.000Z')
  })

  it('weekly on several days, every other week, from the first on', () => {
    // Wednesday 2026-07-01.
    const given = {
      frequency: 'WEEKLY' as const,
      interval: 2,
      daysOfWeek: [1, 3, 5],
      count: 5,
    }
    expect(starts(given, '07-01T10:00', 'UTC').map((iso) => iso.slice(5, 10))).toEqual([
      '07-01',
      '07-03',
      '07-13',
      '07-15',
      '07-17',
    ])
  })

  it('monthly clamps to the end of shorter months and comes back', () => {
    const given = { frequency: 'MONTHLY' as const, count: 4 }
    expect(starts(given, '01-31T10:00', 'UTC').map((iso) => iso.slice(5, 10))).toEqual([
      '01-31',
      '02-28',
      '03-31',
      '04-30',
    ])
  })

  it('until is inclusive', () => {
    expect(starts({ until: at('07-03T10:00') }, '07-01T10:00', 'UTC').length).toBe(3)
    expect(starts({ until: at('07-03T09:59') }, '07-01T10:00', 'UTC').length).toBe(2)
  })

  it.each([
    ['no end', {}, 'either count or until'],
    ['two ends', { count: 1, until: at('07-03T10:00') }, 'either count or until'],
    ['days without weeks', { count: 1, daysOfWeek: [1] }, 'WEEKLY only'],
    [
      'days without the first one’s',
      { frequency: 'WEEKLY' as const, count: 1, daysOfWeek: [1] },
      'must fall on one of daysOfWeek',
    ],
    ['too many', { until: new Date('2028-07-01T00:00:00Z') }, 'at most 365'],
    ['an end before the beginning', { until: at('06-03T10:00') }, 'must not be before'],
  ])('%s is refused', (_name, given, message) => {
    expect(() => starts(given, '07-01T10:00', 'UTC')).toThrow(message)
  })

  it('an edit moves dates by as many days and makes clock times the same, over the switch', () => {
    const zone = 'Europe/Berlin'
    const before = times('03-24T09:00', '03-24T10:00')
    const edit = wallClockEdit(before, times('03-25T13:30', '03-25T15:00'), zone)
    expect(applyEdit(edit, times('03-31T08:00', '03-31T09:00'), zone)).toEqual(
      times('04-01T12:30', '04-01T14:00'),
    )
  })
})
