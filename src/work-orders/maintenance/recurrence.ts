import type { MaintenanceFrequency } from '../../generated/prisma/enums.ts'
import { fromDayNumber, fromWall, toDayNumber, toWall, weekdayOf } from '../wall-clock.ts'

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

/** Candidates looked at before a rule counts as ended; every period holds at least one date. */
const MOST_PERIODS = 1_000

/** First occurrence after a moment; undefined when there is none before the end. */
export function nextOccurrence(rule: Recurrence, after: Date): Date | undefined {
  const start = toWall(rule.timezone, rule.startsAt)
  const startDay = toDayNumber(start)
  const afterDay = toDayNumber(toWall(rule.timezone, after))
  const first = Math.max(0, periodOf(rule, startDay, afterDay) - 1)
  for (let period = first; period < first + MOST_PERIODS; period++) {
    for (const day of daysOf(rule, startDay, period)) {
      if (day < startDay) continue
      const moment = fromWall(rule.timezone, { ...start, ...fromDayNumber(day) })
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
  const start = toWall(rule.timezone, rule.startsAt)
  const completedDay = toDayNumber(toWall(rule.timezone, completedAt))
  const [day = completedDay + 1] = daysOf(rule, completedDay, 1)
  const moment = fromWall(rule.timezone, { ...start, ...fromDayNumber(day) })
  return rule.endsAt !== null && moment > rule.endsAt ? undefined : moment
}

/** Which period (0 = that of the start) a day lies in. */
function periodOf(rule: Recurrence, startDay: number, day: number): number {
  const from = fromDayNumber(startDay)
  const to = fromDayNumber(day)
  switch (rule.frequency) {
    case 'DAILY':
      return Math.floor((day - startDay) / rule.interval)
    case 'WEEKLY':
      return Math.floor((mondayOf(day) - mondayOf(startDay)) / 7 / rule.interval)
    case 'MONTHLY':
      return Math.floor(((to.year - from.year) * 12 + to.month - from.month) / rule.interval)
    case 'YEARLY':
      return Math.floor((to.year - from.year) / rule.interval)
  }
}

/** The days of one period, in order. */
function daysOf(rule: Recurrence, startDay: number, period: number): number[] {
  const start = fromDayNumber(startDay)
  const steps = period * rule.interval
  switch (rule.frequency) {
    case 'DAILY':
      return [startDay + steps]
    case 'WEEKLY': {
      const monday = mondayOf(startDay) + steps * 7
      const weekdays = rule.daysOfWeek.length === 0 ? [weekdayOf(startDay)] : rule.daysOfWeek
      return weekdays.toSorted((a, b) => a - b).map((weekday) => monday + weekday - 1)
    }
    case 'MONTHLY':
      return [dayInMonth(start.year, start.month + steps, rule.dayOfMonth ?? start.day)]
    case 'YEARLY':
      return [dayInMonth(start.year + steps, start.month, rule.dayOfMonth ?? start.day)]
  }
}

const mondayOf = (day: number) => day - weekdayOf(day) + 1

/** A day of a month, or the month's last where it has no such day. Months past December roll over. */
function dayInMonth(year: number, month: number, day: number): number {
  const first = { year: year + Math.floor((month - 1) / 12), month: ((month - 1) % 12) + 1, day: 1 }
  const next = { ...first, month: first.month + 1 }
  const start = toDayNumber(first)
  return Math.min(start + day - 1, toDayNumber(next) - 1)
}
