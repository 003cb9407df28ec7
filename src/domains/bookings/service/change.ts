import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid } from '../../../errors.ts'
import type { Booking } from '../../../generated/prisma/client.ts'
import { demandManager, demandOwn } from '../access.ts'
import { approvalOfBooking, demandAsApproved } from '../approval.ts'
import {
  bookingCheckedIn,
  bookingEnded,
  bookingNoShow,
  bookingRejected,
  bookingUpdated,
} from '../events.ts'
import { move } from '../holds.ts'
import { askSoon, asksBeforeConfirming, confirmation } from '../hooks/hooks.ts'
import type { RejectBookingInput } from '../commands.ts'
import { findPlaced } from '../place.ts'
import { demandCheckInWindow, demandTransition, earlyEnd } from '../rules.ts'
import { lockBooking, save, tell } from './load.ts'

/** Approves a booking that waits for it. */
export async function approveBooking(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  demandManager(unit.caller)
  const before = await lockBooking(unit, input)
  // Approved, or in need of no approval, and waiting for somebody else's answer.
  if (before.status === 'CONFIRMED' || before.hookAt !== null) return before
  demandTransition(before, 'CONFIRMED', ['PENDING'])
  if (before.endTime <= unit.now) throw invalid('Its time has passed', 'id')
  const after: Booking = {
    ...before,
    ...confirmation(unit, await asksBeforeConfirming(unit)),
    ...approvalOfBooking(unit, before),
  }
  askSoon(unit, [after])
  return save(unit, await findPlaced(unit, before.resourceId), before, after, bookingUpdated)
}

export async function rejectBooking(unit: UnitOfWork, input: RejectBookingInput): Promise<Booking> {
  demandManager(unit.caller)
  const before = await lockBooking(unit, input)
  if (before.status === 'REJECTED') return before
  demandTransition(before, 'REJECTED')
  const after: Booking = { ...before, status: 'REJECTED', rejectReason: input.reason }
  return save(unit, await findPlaced(unit, before.resourceId), before, after, bookingRejected)
}

/** @throws DomainError VALIDATION outside of the check-in window. */
export async function checkInBooking(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  const before = await lockBooking(unit, input)
  demandOwn(unit.caller, 'Booking', before)
  if (before.status === 'CHECKED_IN') return before
  // A no-show comes back by a manager's word, not by checking in late.
  demandTransition(before, 'CHECKED_IN', ['CONFIRMED'])
  demandCheckInWindow(before, unit.now)
  demandAsApproved(before)
  const after: Booking = { ...before, status: 'CHECKED_IN', checkedInAt: unit.now }
  return save(unit, await findPlaced(unit, before.resourceId), before, after, bookingCheckedIn)
}

/** Ends a booking before its time, which is free for others from now on, but for the buffer. */
export async function endBooking(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  const before = await lockBooking(unit, input)
  demandOwn(unit.caller, 'Booking', before)
  if (before.status === 'COMPLETED') return before
  demandTransition(before, 'COMPLETED', ['CONFIRMED', 'CHECKED_IN'])
  if (before.status === 'CONFIRMED' && before.startTime > unit.now) {
    throw invalid('It has not begun: cancel it instead', 'id')
  }
  const after: Booking = { ...before, status: 'COMPLETED', ...earlyEnd(before, unit.now) }
  return save(unit, await findPlaced(unit, before.resourceId), before, after, bookingEnded)
}

/** Says that nobody came, before the deadline does. */
export async function markNoShow(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  demandManager(unit.caller)
  const before = await lockBooking(unit, input)
  if (before.status === 'NO_SHOW') return before
  demandTransition(before, 'NO_SHOW')
  if (before.startTime > unit.now) throw invalid('It has not begun yet', 'id')
  const after: Booking = { ...before, status: 'NO_SHOW', releasedAt: unit.now }
  return save(unit, await findPlaced(unit, before.resourceId), before, after, bookingNoShow)
}

/**
 * Puts a no-show right that was there after all: checked in while its time runs, completed after it.
 * @throws DomainError CONFLICT when its time has been given to others.
 */
export async function unmarkNoShow(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  demandManager(unit.caller)
  const before = await lockBooking(unit, input)
  const running = before.endTime > unit.now
  demandTransition(before, running ? 'CHECKED_IN' : 'COMPLETED', ['NO_SHOW'])
  const placed = await findPlaced(unit, before.resourceId)
  const after: Booking = {
    ...before,
    ...(running
      ? { status: 'CHECKED_IN', checkedInAt: unit.now }
      : // What it did not keep from others while released, it does not claim afterwards.
        { status: 'COMPLETED', endedAt: before.endTime, holdEnd: before.startTime }),
    releasedAt: null,
    updated: unit.now,
    version: before.version + 1,
  }
  await move(unit, placed.resource, [after])
  return tell(unit, placed, before, after, running ? bookingCheckedIn : bookingEnded)
}
