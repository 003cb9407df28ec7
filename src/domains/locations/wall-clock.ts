/**
 * Dates and times as a clock on a wall shows them, for rules that speak of local time: "every Monday
 * at nine", "open until six". A wall time is a number of milliseconds like a Unix time, but counted
 * as if the place were on UTC; so it is added and compared with plain arithmetic, and a day always
 * has 24 hours.
 */
export type WallTime = number

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timezone, made)
  return made
}

/** What the clock on the wall shows at a moment. */
export function toWallTime(moment: Date, timezone: string): WallTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of formatOf(timezone).formatToParts(moment)) {
    parts[type] = Number(value)
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const milliseconds = ((moment.getTime() % 1_000) + 1_000) % 1_000
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
}

/**
 * The moment at which the clock shows a wall time. Where clocks are put back it shows it twice: the
 * first time counts. Where they are put forward it never does: the time is read as if they had not
 * been, so 02:30 becomes 03:30 (the rule of RFC 5545, 3.3.5).
 */
export function fromWallTime(wall: WallTime, timezone: string): Date {
  // Offsets change by far less than a day, so one of the two days around has the offset in force.
  const offsets = [wall - DAY_MS, wall + DAY_MS].map(
    (near) => toWallTime(new Date(near), timezone) - near,
  )
  const [before = 0] = offsets
  const fitting = offsets
    .map((offset) => new Date(wall - offset))
    .filter((moment) => toWallTime(moment, timezone) === wall)
    .toSorted((a, b) => a.getTime() - b.getTime())
  return fitting[0] ?? new Date(wall - before)
}

/** Midnight at the start of a wall time's day. */
export function startOfDay(wall: WallTime): WallTime {
  return wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS)
}

/** Day of the week, 1 = Monday to 7 = Sunday (ISO 8601). */
export function isoWeekday(wall: WallTime): number {
  return new Date(wall).getUTCDay() || 7
}

/** The same time of day some months on; the last day of the month where it has no such day. */
export function addMonths(wall: WallTime, months: number, dayOfMonth: number): WallTime {
  const date = new Date(wall)
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)
  const next = new Date(first)
  const days = new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 0)).getUTCDate()
  return first + (Math.min(dayOfMonth, days) - 1) * DAY_MS + (wall - startOfDay(wall))
}
