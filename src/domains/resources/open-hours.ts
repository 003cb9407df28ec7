import { z } from 'zod'
import { DomainError, invalid } from '../../errors.ts'
import {
  DAY_MS,
  fromWallTime,
  isoWeekday,
  MINUTE_MS,
  startOfDay,
  toWallTime,
  type WallTime,
} from '../locations/wall-clock.ts'

/** In the order of ISO 8601: a weekday's number is its place here plus one. */
export const WEEKDAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/

/** One stretch of a day during which a resource is open; two may stand on one day. */
export const openPeriod = z.object({
  day: z.enum(WEEKDAYS),
  opens: z.string().regex(CLOCK, 'must look like 08:30'),
  closes: z
    .string()
    .refine((value) => value === '24:00' || CLOCK.test(value), 'must look like 18:00 or be 24:00'),
})
export type OpenPeriod = z.infer<typeof openPeriod>

/** The periods as they are stored; an absent list means always open. */
export function parseOpenHours(stored: unknown): OpenPeriod[] | null {
  return stored == null ? null : z.array(openPeriod).parse(stored)
}

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** Periods in the order of the week, so that the same hours are the same value. */
export function orderOpenHours(periods: readonly OpenPeriod[]): OpenPeriod[] {
  const rank = ({ day, opens }: OpenPeriod) => WEEKDAYS.indexOf(day) * 1_440 + minutesOf(opens)
  return periods.toSorted((a, b) => rank(a) - rank(b))
}

/** @throws DomainError VALIDATION for a period that ends before it begins, or two that overlap. */
export function demandOpenHours(periods: readonly OpenPeriod[]): void {
  let last: OpenPeriod | undefined
  for (const period of orderOpenHours(periods)) {
    if (minutesOf(period.opens) >= minutesOf(period.closes)) {
      throw invalid(`${period.day}: closes must be later than opens`, 'openHours')
    }
    if (last?.day === period.day && minutesOf(last.closes) > minutesOf(period.opens)) {
      throw invalid(`${period.day}: periods must not overlap`, 'openHours')
    }
    last = period
  }
}

/** Whether a resource is open from start to end without a gap; over midnight if both days say so. */
export function isOpenThroughout(
  periods: readonly OpenPeriod[] | null,
  start: Date,
  end: Date,
  timezone: string,
): boolean {
  if (periods === null) return true
  let covered = start.getTime()
  const lastDay = startOfDay(toWallTime(end, timezone))
  for (let day = startOfDay(toWallTime(start, timezone)); day <= lastDay; day += DAY_MS) {
    for (const [opens, closes] of periodsOn(periods, day)) {
      if (fromWallTime(opens, timezone).getTime() > covered) continue
      covered = Math.max(covered, fromWallTime(closes, timezone).getTime())
      if (covered >= end.getTime()) return true
    }
  }
  return false
}

function periodsOn(periods: readonly OpenPeriod[], day: WallTime): [WallTime, WallTime][] {
  const weekday = WEEKDAYS[isoWeekday(day) - 1]
  return orderOpenHours(periods.filter((period) => period.day === weekday)).map((period) => [
    day + minutesOf(period.opens) * MINUTE_MS,
    day + minutesOf(period.closes) * MINUTE_MS,
  ])
}

/** @throws DomainError VALIDATION when the resource is closed at some point between. */
export function demandOpen(
  periods: readonly OpenPeriod[] | null,
  start: Date,
  end: Date,
  timezone: string,
): void {
  if (isOpenThroughout(periods, start, end, timezone)) return
  throw new DomainError(
    `The resource is closed at some point of this time (${timezone})`,
    { code: 'VALIDATION' },
    ['input', 'startTime'],
  )
}
