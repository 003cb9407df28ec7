import { DomainError, invalid } from '../../errors.ts'
import type { Booking, Resource } from '../../generated/prisma/client.ts'
import type { BookingStatus } from '../../generated/prisma/enums.ts'
import { DAY_MS, MINUTE_MS } from '../locations/wall-clock.ts'
import { FINAL, type Transitions } from '../../states.ts'

/**
 * From which status a booking may go to which. A confirmed one waits for approval again when it is
 * moved; a no-show that was there after all is put right by a manager.
 */
export const TRANSITIONS: Transitions<BookingStatus> = {
  PENDING: ['CONFIRMED', 'REJECTED', 'CANCELLED'],
  CONFIRMED: ['PENDING', 'CHECKED_IN', 'COMPLETED', 'CANCELLED', 'NO_SHOW'],
  CHECKED_IN: ['COMPLETED'],
  NO_SHOW: ['CHECKED_IN', 'COMPLETED'],
  COMPLETED: FINAL,
  CANCELLED: FINAL,
  REJECTED: FINAL,
}

/** Statuses in which a booking is still to come or running, and can be changed as a whole. */
export const CHANGEABLE: BookingStatus[] = ['PENDING', 'CONFIRMED']

/**
 * @param from statuses that the command is for, where the table allows more.
 * @throws DomainError INVALID_TRANSITION listing what is allowed.
 */
export function demandTransition(
  booking: Pick<Booking, 'status'>,
  to: BookingStatus,
  from: readonly BookingStatus[] = [booking.status],
): void {
  if (TRANSITIONS[booking.status].includes(to) && from.includes(booking.status)) return
  throw refusal(booking, `A booking that is ${booking.status} cannot become ${to}`)
}

/** @throws DomainError INVALID_TRANSITION for a booking that is over or cancelled. */
export function demandChangeable(booking: Pick<Booking, 'status'>): void {
  if (CHANGEABLE.includes(booking.status) || booking.status === 'CHECKED_IN') return
  throw refusal(booking, `A booking that is ${booking.status} can no longer be changed`)
}

function refusal({ status }: Pick<Booking, 'status'>, message: string): DomainError {
  return new DomainError(
    message,
    { code: 'INVALID_TRANSITION', from: status, allowed: TRANSITIONS[status] },
    ['input', 'id'],
  )
}

export interface Times {
  startTime: Date
  endTime: Date
}

/** A booking may be made for a time that began so long ago: at the door, for a meeting under way. */
const LATE_START_MS = 60 * MINUTE_MS
/** Longest booking and farthest start where the resource sets no limit of its own. */
const MAX_MINUTES = 31 * 1_440
const MAX_ADVANCE_DAYS = 1_825

/**
 * @param begun a start that was booked in time and stays as it is.
 * @throws DomainError VALIDATION for a time that the resource cannot be booked for.
 */
export function demandTimes(
  resource: Pick<Resource, 'minMinutes' | 'maxMinutes' | 'maxAdvanceDays'>,
  { startTime, endTime }: Times,
  now: Date,
  begun?: Date,
): void {
  const minutes = (endTime.getTime() - startTime.getTime()) / MINUTE_MS
  const least = resource.minMinutes ?? 1
  const most = resource.maxMinutes ?? MAX_MINUTES
  const ahead = resource.maxAdvanceDays ?? MAX_ADVANCE_DAYS
  if (minutes <= 0) throw invalid('endTime must be later than startTime', 'endTime')
  if (minutes < least) throw invalid(`Must last at least ${least} minutes`, 'endTime')
  if (minutes > most) throw invalid(`Must last at most ${most} minutes`, 'endTime')
  if (endTime <= now) throw invalid('Must end in the future', 'endTime')
  if (startTime.getTime() === begun?.getTime()) return
  if (startTime.getTime() < now.getTime() - LATE_START_MS) {
    throw invalid('May have begun at most 60 minutes ago', 'startTime')
  }
  if (startTime.getTime() > now.getTime() + ahead * DAY_MS) {
    throw invalid(`May begin at most ${ahead} days from now`, 'startTime')
  }
}

/** @throws DomainError VALIDATION when more people come than it holds. */
export function demandCapacity(
  resource: Pick<Resource, 'capacity' | 'name'>,
  attendees: number | null | undefined,
): void {
  if (attendees == null || resource.capacity === null || attendees <= resource.capacity) return
  throw invalid(`${resource.name} holds ${resource.capacity} people`, 'attendees')
}

/** Everything about a booking that follows from its time and the rules of its resource. */
export function timing(
  resource: Pick<
    Resource,
    | 'bufferMinutes'
    | 'checkInOpensMinutes'
    | 'releaseAfterMinutes'
    | 'reminderMinutes'
    | 'requiresCheckIn'
  >,
  { startTime, endTime }: Times,
  created: Date,
) {
  const later = (moment: Date, minutes: number) => new Date(moment.getTime() + minutes * MINUTE_MS)
  // Whoever books a time that has begun is there: nobody to wait for, nothing to release.
  const autoRelease = resource.requiresCheckIn && created < startTime
  const { reminderMinutes } = resource
  const reminder = reminderMinutes === null ? null : later(startTime, -reminderMinutes)
  const release = later(startTime, resource.releaseAfterMinutes)
  return {
    startTime,
    endTime,
    holdEnd: later(endTime, resource.bufferMinutes),
    checkInOpensAt: later(startTime, -resource.checkInOpensMinutes),
    checkInDeadline: autoRelease && release < endTime ? release : endTime,
    autoRelease,
    // Whoever books this late knows.
    reminderAt: reminder !== null && reminder > created ? reminder : null,
  }
}

/** @throws DomainError VALIDATION outside of the check-in window, which ends before its last moment. */
export function demandCheckInWindow(
  booking: Pick<Booking, 'checkInOpensAt' | 'checkInDeadline'>,
  now: Date,
): void {
  const { checkInOpensAt, checkInDeadline } = booking
  if (now >= checkInOpensAt && now < checkInDeadline) return
  throw invalid(
    `Check-in is possible from ${checkInOpensAt.toISOString()} until before ${checkInDeadline.toISOString()}`,
    'id',
  )
}

/** When a booking that ends now lets its resource go; the buffer after it stays as it was. */
export function earlyEnd(booking: Booking, now: Date): Pick<Booking, 'endedAt' | 'holdEnd'> {
  if (now >= booking.endTime) return { endedAt: booking.endTime, holdEnd: booking.holdEnd }
  const buffer = booking.holdEnd.getTime() - booking.endTime.getTime()
  const from = Math.max(now.getTime(), booking.startTime.getTime())
  return { endedAt: now, holdEnd: new Date(from + buffer) }
}
