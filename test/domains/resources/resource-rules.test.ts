import { describe, expect, it } from 'vitest'
import { ReservableStatus } from '../../../src/generated/prisma/enums.ts'
import {
  addMonths,
  DAY_MS,
  fromWallTime,
  isoWeekday,
  startOfDay,
  toWallTime,
} from '../../../src/domains/locations/wall-clock.ts'
import {
  demandOpenHours,
  isOpenThroughout,
  type OpenPeriod,
} from '../../../src/domains/resources/open-hours.ts'
import { TRANSITIONS } from '../../../src/domains/resources/rules.ts'

const BERLIN = 'Europe/Berlin'
const wall = (text: string) => Date.parse(`${text}Z`)

describe('wall clock', () => {
  it.each([
    // Clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
    ['before the switch to summer time', '2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    [
      'in the skipped hour: read as if not put forward',
      '2026-03-29T02:30',
      '2026-03-29T01:30:00.000Z',
    ],
    ['after the switch to summer time', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['in the doubled hour: the first time counts', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['after the switch to winter time', '2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
    ['an ordinary day', '2026-07-01T09:00', '2026-07-01T07:00:00.000Z'],
  ])('%s', (_name, local, utc) => {
    expect(fromWallTime(wall(local), BERLIN).toISOString()).toBe(utc)
  })

  it('shows what a clock there shows', () => {
    expect(toWallTime(new Date('2026-10-25T00:30:00Z'), BERLIN)).toBe(wall('2026-10-25T02:30'))
    expect(toWallTime(new Date('2026-10-25T01:30:00Z'), BERLIN)).toBe(wall('2026-10-25T02:30'))
    expect(toWallTime(new Date('2026-03-29T00:59:59.250Z'), BERLIN)).toBe(
      wall('2026-03-29T01:59:59.250'),
    )
  })

  it('every hour of two years survives the way there and back, in zones of all sorts', () => {
    for (const zone of [
      BERLIN,
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
    ]) {
      let previous = Number.NEGATIVE_INFINITY
      for (let at = Date.UTC(2026, 0); at < Date.UTC(2028, 0); at += 3_600_000 * 7) {
        const back = fromWallTime(toWallTime(new Date(at), zone), zone).getTime()
        // Only the second run of a doubled hour comes back as the first.
        expect(at - back === 0 || at - back === 3_600_000 || at - back === 1_800_000).toBe(true)
        expect(back).toBeGreaterThan(previous)
        previous = back
      }
    }
  })

  it('days and months', () => {
    expect(isoWeekday(wall('2026-03-29T10:00'))).toBe(7)
    expect(isoWeekday(wall('2026-03-30T10:00'))).toBe(1)
    expect(startOfDay(wall('2026-03-29T10:00'))).toBe(wall('2026-03-29T00:00'))
    expect(startOfDay(wall('1969-12-31T10:00'))).toBe(wall('1969-12-31T00:00'))
    expect(addMonths(wall('2026-01-31T09:00'), 1, 31)).toBe(wall('2026-02-28T09:00'))
    expect(addMonths(wall('2026-01-31T09:00'), 2, 31)).toBe(wall('2026-03-31T09:00'))
    expect(addMonths(wall('2027-12-30T09:00'), 2, 30)).toBe(wall('2028-02-29T09:00'))
    expect(DAY_MS).toBe(86_400_000)
  })
})

describe('opening hours', () => {
  const weekdays: OpenPeriod[] = [
    { day: 'MONDAY', opens: '08:00', closes: '12:00' },
    { day: 'MONDAY', opens: '13:00', closes: '24:00' },
    { day: 'TUESDAY', opens: '00:00', closes: '06:00' },
    { day: 'SUNDAY', opens: '00:00', closes: '04:00' },
  ]
  const open = (from: string, to: string) =>
    isOpenThroughout(
      weekdays,
      fromWallTime(wall(from), BERLIN),
      fromWallTime(wall(to), BERLIN),
      BERLIN,
    )

  it.each([
    ['exactly one period', '2026-07-06T08:00', '2026-07-06T12:00', true],
    ['beginning too early', '2026-07-06T07:59', '2026-07-06T09:00', false],
    ['over the break', '2026-07-06T11:00', '2026-07-06T14:00', false],
    ['over midnight when both days say so', '2026-07-06T22:00', '2026-07-07T06:00', true],
    ['past the end of the second day', '2026-07-06T22:00', '2026-07-07T06:01', false],
    ['on a closed day', '2026-07-08T10:00', '2026-07-08T11:00', false],
    ['over the switch to summer time', '2026-03-29T00:30', '2026-03-29T04:00', true],
    ['past it', '2026-03-29T00:30', '2026-03-29T04:30', false],
  ])('%s', (_name, from, to, expected) => {
    expect(open(from, to)).toBe(expected)
  })

  it('no hours = always open, an empty list = never', () => {
    expect(isOpenThroughout(null, new Date(0), new Date(1), BERLIN)).toBe(true)
    expect(isOpenThroughout([], new Date(0), new Date(1), BERLIN)).toBe(false)
  })

  it('periods end after they begin and do not overlap', () => {
    expect(() => demandOpenHours(weekdays)).not.toThrow()
    expect(() => demandOpenHours([{ day: 'MONDAY', opens: '10:00', closes: '10:00' }])).toThrow(
      'closes must be later',
    )
    expect(() =>
      demandOpenHours([
        { day: 'MONDAY', opens: '10:00', closes: '12:00' },
        { day: 'MONDAY', opens: '09:00', closes: '10:01' },
      ]),
    ).toThrow('must not overlap')
  })
})

describe('reservable status', () => {
  it('goes from any to any other', () => {
    const all = Object.values(ReservableStatus)
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual(all.toSorted())
    for (const status of all) {
      expect([...TRANSITIONS[status], status].toSorted()).toEqual(all.toSorted())
    }
  })
})
