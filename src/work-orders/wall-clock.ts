/**
 * Conversion between moments and what a clock on a wall of some time zone shows. Rules that speak of
 * "08:00 on Mondays" are decided on the wall clock, so they keep their hour when summer time begins
 * or ends.
 */
export interface WallTime {
  year: number
  /** 1–12 */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
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

export function toWall(timezone: string, moment: Date): WallTime {
  const wall: WallTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of formatOf(timezone).formatToParts(moment)) {
    if (type in wall) wall[type as keyof WallTime] = Number(value)
  }
  return wall
}

/**
 * The moment at which the wall shows this time. An hour that a clock change skips is taken as long
 * after midnight as without the change (02:30 becomes 03:30); of one that comes twice, the first.
 * Days past the end of a month roll over.
 */
export function fromWall(timezone: string, wall: WallTime): Date {
  const utc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
  // Clock changes are further apart than a day, so the offsets a day before and after are all there are.
  const before = utc - offsetMs(timezone, utc - DAY_MS)
  const after = utc - offsetMs(timezone, utc + DAY_MS)
  if (before === after || before + offsetMs(timezone, before) === utc) return new Date(before)
  if (after + offsetMs(timezone, after) === utc) return new Date(after)
  return new Date(before)
}

/** How far the wall is ahead of UTC at a moment. */
function offsetMs(timezone: string, moment: number): number {
  const wall = toWall(timezone, new Date(moment))
  const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
  return shown - Math.floor(moment / 1_000) * 1_000
}

/** A calendar date as a count of days, for arithmetic without clock changes. */
export function toDayNumber(date: { year: number; month: number; day: number }): number {
  return Date.UTC(date.year, date.month - 1, date.day) / DAY_MS
}

export function fromDayNumber(days: number): { year: number; month: number; day: number } {
  const date = new Date(days * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** 1 = Monday … 7 = Sunday. Day 0 was a Thursday. */
export function weekdayOf(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1
}

/** "2026-03-29" */
export function toDateText(date: { year: number; month: number; day: number }): string {
  return [date.year, date.month, date.day].map((n) => String(n).padStart(2, '0')).join('-')
}
