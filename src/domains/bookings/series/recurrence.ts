import { invalid } from '../../../errors.ts'
import type { BookingFrequency } from '../../../generated/prisma/enums.ts'
import {
  addMonths,
  DAY_MS,
  fromWallTime,
  isoWeekday,
  startOfDay,
  toWallTime,
  type WallTime,
} from '../../locations/wall-clock.ts'
import type { Times } from '../rules.ts'

/** How a booking repeats: the part of RFC 5545 that people use for rooms. */
export interface Recurrence {
  frequency: BookingFrequency
  /** Every so many days, weeks or months. */
  interval: number
  /** ISO weekdays for WEEKLY, 1 = Monday; empty = the weekday of the first. */
  daysOfWeek: readonly number[]
  /** Exactly one of the two says where it ends. */
  count: number | null
  /** The last one begins at or before this. */
  until: Date | null
}

/** A year of working days and then some; keeps one transaction short. */
export const MAX_OCCURRENCES = 365

/**
 * All times of a series, the given one first. Both the start and the end keep their wall-clock time
 * when clocks are put forward or back. Monthly ones clamp to the last day of a shorter month.
 * @throws DomainError VALIDATION for a rule without end, with too many, or that leaves out its first.
 */
export function expand(rule: Recurrence, first: Times, timezone: string): Times[] {
  if ((rule.count === null) === (rule.until === null)) {
    throw invalid('Say where it ends: either count or until', 'rule', 'count')
  }
  if (rule.daysOfWeek.length > 0 && rule.frequency !== 'WEEKLY') {
    throw invalid('daysOfWeek goes with WEEKLY only', 'rule', 'daysOfWeek')
  }
  const start = toWallTime(first.startTime, timezone)
  const length = toWallTime(first.endTime, timezone) - start
  if (rule.daysOfWeek.length > 0 && !rule.daysOfWeek.includes(isoWeekday(start))) {
    throw invalid('startTime must fall on one of daysOfWeek', 'rule', 'daysOfWeek')
  }
  const times: Times[] = []
  for (const wall of wallTimes(rule, start)) {
    const startTime = fromWallTime(wall, timezone)
    if (times.length === rule.count || (rule.until !== null && startTime > rule.until)) break
    if (times.length === MAX_OCCURRENCES) {
      throw invalid(`A series has at most ${MAX_OCCURRENCES} bookings`, 'rule', 'until')
    }
    times.push({ startTime, endTime: fromWallTime(wall + length, timezone) })
  }
  if (times.length === 0) throw invalid('until must not be before startTime', 'rule', 'until')
  return times
}

function* wallTimes(rule: Recurrence, start: WallTime): Generator<WallTime> {
  const monday = start - (isoWeekday(start) - 1) * DAY_MS
  const days = rule.daysOfWeek.length > 0 ? rule.daysOfWeek : [isoWeekday(start)]
  const offsets = [...new Set(days)].toSorted((a, b) => a - b).map((day) => (day - 1) * DAY_MS)
  const dayOfMonth = new Date(start).getUTCDate()
  for (let step = 0; ; step += rule.interval) {
    switch (rule.frequency) {
      case 'DAILY':
        yield start + step * DAY_MS
        break
      case 'WEEKLY':
        for (const offset of offsets) {
          const wall = monday + step * 7 * DAY_MS + offset
          if (wall >= start) yield wall
        }
        break
      case 'MONTHLY':
        yield addMonths(start, step, dayOfMonth)
        break
    }
  }
}

/** What an edit of one occurrence asks of the others. */
export interface WallClockEdit {
  /** Whole days by which the date moves. */
  days: number
  /** New start as milliseconds since midnight on the wall. */
  timeOfDay: number
  /** New length on the wall, milliseconds. */
  length: number
}

export function wallClockEdit(before: Times, after: Times, timezone: string): WallClockEdit {
  const start = toWallTime(after.startTime, timezone)
  const midnight = startOfDay(start)
  return {
    days: (midnight - startOfDay(toWallTime(before.startTime, timezone))) / DAY_MS,
    timeOfDay: start - midnight,
    length: toWallTime(after.endTime, timezone) - start,
  }
}

/** The same edit of another occurrence: its date moves as far, its clock times become the same. */
export function applyEdit(edit: WallClockEdit, times: Times, timezone: string): Times {
  const wall =
    startOfDay(toWallTime(times.startTime, timezone)) + edit.days * DAY_MS + edit.timeOfDay
  return {
    startTime: fromWallTime(wall, timezone),
    endTime: fromWallTime(wall + edit.length, timezone),
  }
}
