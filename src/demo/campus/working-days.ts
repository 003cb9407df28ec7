import {
  DAY_MS,
  fromWallTime,
  isoWeekday,
  startOfDay,
  toWallTime,
} from '../../domains/locations/wall-clock.ts'

/** A working day at a place. */
export interface WorkingDay {
  /** 1 = Monday … 5 = Friday. */
  weekday: number
  /** The moment at which clocks there show so many minutes after midnight, from six o'clock on. */
  at: (minutes: number) => Date
}

const SIX_O_CLOCK = 360
/** Clocks change at night: what they show at six tells the rest of the day. */
const MINUTE_MS = 60_000

/** Mondays to Fridays of a time zone, from so many days before a moment to so many after it. */
export function workingDays(
  now: Date,
  timezone: string,
  before: number,
  after: number,
): WorkingDay[] {
  const today = startOfDay(toWallTime(now, timezone))
  const days: WorkingDay[] = []
  for (let day = today - before * DAY_MS; day <= today + after * DAY_MS; day += DAY_MS) {
    const weekday = isoWeekday(day)
    if (weekday > 5) continue
    const six = fromWallTime(day + SIX_O_CLOCK * MINUTE_MS, timezone).getTime()
    days.push({ weekday, at: (minutes) => new Date(six + (minutes - SIX_O_CLOCK) * MINUTE_MS) })
  }
  return days
}
