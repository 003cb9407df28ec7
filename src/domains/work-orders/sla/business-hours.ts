import {
  DAY_MS,
  fromWallTime,
  isoWeekday,
  MINUTE_MS,
  startOfDay,
  toWallTime,
} from '../../locations/wall-clock.ts'

/** When a clock runs. */
export interface BusinessHours {
  timezone: string
  /** Minutes after midnight on the wall; 24:00 = 1440. Not overlapping. */
  windows: readonly { weekday: number; opens: number; closes: number }[]
  /** Dates without business, "2026-12-25". */
  holidays: ReadonlySet<string>
}

/** Longest that a deadline is looked for; whoever has no business for so long gets the last moment. */
const HORIZON_DAYS = 3_700

/**
 * The moment at which so much working time has passed since `from`.
 * @param hours undefined = around the clock.
 */
export function addWorkingMs(
  hours: BusinessHours | undefined,
  from: Date,
  workingMs: number,
): Date {
  if (hours === undefined) return new Date(from.getTime() + workingMs)
  let left = workingMs
  let last = from.getTime()
  for (const { opens, closes } of openTimes(hours, from)) {
    last = closes
    const start = Math.max(opens, from.getTime())
    if (closes - start >= left) return new Date(start + left)
    left -= Math.max(0, closes - start)
  }
  return new Date(last + left)
}

/** Working time between two moments. */
export function workingMsBetween(hours: BusinessHours | undefined, from: Date, to: Date): number {
  if (hours === undefined) return Math.max(0, to.getTime() - from.getTime())
  let sum = 0
  for (const { opens, closes } of openTimes(hours, from)) {
    if (opens >= to.getTime()) break
    sum += Math.max(0, Math.min(closes, to.getTime()) - Math.max(opens, from.getTime()))
  }
  return sum
}

/** Times of business in Unix ms, in order, from the day of `from`. */
function* openTimes(
  hours: BusinessHours,
  from: Date,
): Generator<{ opens: number; closes: number }> {
  const first = startOfDay(toWallTime(from, hours.timezone))
  for (let day = first; day < first + HORIZON_DAYS * DAY_MS; day += DAY_MS) {
    if (hours.holidays.has(new Date(day).toISOString().slice(0, 10))) continue
    const weekday = isoWeekday(day)
    const windows = hours.windows
      .filter((window) => window.weekday === weekday)
      .toSorted((a, b) => a.opens - b.opens)
    for (const { opens, closes } of windows) {
      const at = (minutes: number) =>
        fromWallTime(day + minutes * MINUTE_MS, hours.timezone).getTime()
      yield { opens: at(opens), closes: at(closes) }
    }
  }
}
