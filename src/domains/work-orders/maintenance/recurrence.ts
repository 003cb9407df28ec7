import type { MaintenanceFrequency } from '../../../generated/prisma/enums.ts'
import {
  addMonths,
  DAY_MS,
  fromWallTime,
  isoWeekday,
  startOfDay,
  toWallTime,
  type WallTime,
} from '../../locations/wall-clock.ts'

/** When work comes again. The wall clock of `startsAt` in the time zone is the hour of every occurrence. */
export interface Recurrence {
  frequency: MaintenanceFrequency
  /** Every so many days, weeks, months or years. */
  interval: number
  /** WEEKLY: 1 = Monday … 7 = Sunday; empty = the weekday of the start. */
  daysOfWeek: readonly number[]
  /** MONTHLY and YEARLY: 1–31, the last day in shorter months; null = the day of the start. */
  dayOfMonth: number | null
  startsAt: Date
  endsAt: Date | null
  timezone: string
}

/** Periods looked at before a rule counts as ended; each holds at least one date. */
const MOST_PERIODS = 1_000

/** First occurrence after a moment; undefined when there is none before the end. */
export function nextOccurrence(rule: Recurrence, after: Date): Date | undefined {
  const start = toWallTime(rule.startsAt, rule.timezone)
  const first = Math.max(0, periodOf(rule, start, toWallTime(after, rule.timezone)) - 1)
  for (let period = first; period < first + MOST_PERIODS; period++) {
    for (const wall of occurrencesOf(rule, start, period)) {
      if (wall < start) continue
      const moment = fromWallTime(wall, rule.timezone)
      if (rule.endsAt !== null && moment > rule.endsAt) return undefined
      if (moment > after) return moment
    }
  }
  return undefined
}

/**
 * The occurrence that follows a completion: a whole interval later, counted from the day of the
 * completion, at the hour of the schedule.
 */
export function occurrenceAfterCompletion(rule: Recurrence, completedAt: Date): Date | undefined {
  const start = toWallTime(rule.startsAt, rule.timezone)
  const completedDay = startOfDay(toWallTime(completedAt, rule.timezone))
  const hour = start - startOfDay(start)
  const [wall = completedDay + DAY_MS] = occurrencesOf(rule, completedDay + hour, 1)
  const moment = fromWallTime(wall, rule.timezone)
  return rule.endsAt !== null && moment > rule.endsAt ? undefined : moment
}

/** Which period (0 = that of the start) a wall time lies in. */
function periodOf(rule: Recurrence, start: WallTime, wall: WallTime): number {
  const days = (startOfDay(wall) - startOfDay(start)) / DAY_MS
  const [from, to] = [new Date(start), new Date(wall)]
  const years = to.getUTCFullYear() - from.getUTCFullYear()
  switch (rule.frequency) {
    case 'DAILY':
      return Math.floor(days / rule.interval)
    case 'WEEKLY':
      return Math.floor((mondayOf(wall) - mondayOf(start)) / (7 * DAY_MS) / rule.interval)
    case 'MONTHLY':
      return Math.floor((years * 12 + to.getUTCMonth() - from.getUTCMonth()) / rule.interval)
    case 'YEARLY':
      return Math.floor(years / rule.interval)
  }
}

/** The occurrences of one period on the wall, in order. */
function occurrencesOf(rule: Recurrence, start: WallTime, period: number): WallTime[] {
  const steps = period * rule.interval
  const dayOfMonth = rule.dayOfMonth ?? new Date(start).getUTCDate()
  switch (rule.frequency) {
    case 'DAILY':
      return [start + steps * DAY_MS]
    case 'WEEKLY': {
      const monday = mondayOf(start) + steps * 7 * DAY_MS + (start - startOfDay(start))
      const weekdays = rule.daysOfWeek.length === 0 ? [isoWeekday(start)] : rule.daysOfWeek
      return weekdays.toSorted((a, b) => a - b).map((weekday) => monday + (weekday - 1) * DAY_MS)
    }
    case 'MONTHLY':
      return [addMonths(start, steps, dayOfMonth)]
    case 'YEARLY':
      return [addMonths(start, steps * 12, dayOfMonth)]
  }
}

/** Midnight at the start of a wall time's week. */
const mondayOf = (wall: WallTime) => startOfDay(wall) - (isoWeekday(wall) - 1) * DAY_MS
