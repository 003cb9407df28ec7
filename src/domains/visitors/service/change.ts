import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { demandBooking } from '../booking.ts'
import { DomainError, invalid } from '../../../errors.ts'
import { demandActiveUser } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import { demandDeciding } from '../access.ts'
import { approvalOfVisit, asApproved } from '../approval.ts'
import {
  visitorApproved,
  visitorCancelled,
  visitorDenied,
  type VisitorRecord,
  visitorUpdated,
} from '../events.ts'
import type { CancelVisitInput, DenyVisitorInput, UpdateVisitorInput } from '../commands.ts'
import { loadVisitPlace } from '../policies/policy.ts'
import { demandFittingTimes, demandTransition, TRANSITIONS, UPCOMING } from '../rules.ts'
import { lockVisitor, saveVisitor } from './save.ts'

/** Changes an announced visit; what is left out stays. */
export async function updateVisitor(
  unit: UnitOfWork,
  input: UpdateVisitorInput,
): Promise<VisitorRecord> {
  const before = await lockVisitor(unit, input.id)
  demandUpcoming(before)
  const { id: _id, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: VisitorRecord = { ...before, ...changes }
  if (after.hostId !== before.hostId) await demandActiveUser(unit, after.hostId, 'hostId')
  if (after.locationId !== before.locationId) {
    after.location = await findLocation(unit, after.locationId, 'locationId')
    demandSameSite(before, after.location)
  }
  if (after.bookingId !== before.bookingId) await demandBooking(unit, after.bookingId)
  const timesChanged =
    after.expectedArrival.getTime() !== before.expectedArrival.getTime() ||
    after.expectedDeparture?.getTime() !== before.expectedDeparture?.getTime()
  if (timesChanged) {
    demandFittingTimes(after.expectedArrival, after.expectedDeparture, unit.now, {
      arrival: 'expectedArrival',
      departure: 'expectedDeparture',
    })
  }
  const place = await loadVisitPlace(unit, after.location)
  return saveVisitor(unit, before, await asApproved(unit, before, after, place), visitorUpdated)
}

/** Lets a pending visit happen. */
export async function approveVisitor(
  unit: UnitOfWork,
  input: { id: string },
): Promise<VisitorRecord> {
  demandDeciding(unit.caller)
  const before = await lockVisitor(unit, input.id)
  if (before.status === 'REGISTERED') return before
  demandTransition(before, 'REGISTERED')
  const after: VisitorRecord = {
    ...before,
    status: 'REGISTERED',
    ...approvalOfVisit(unit, before),
  }
  return saveVisitor(unit, before, after, visitorApproved)
}

/** Refuses a visit that has not begun. */
export async function denyVisitor(
  unit: UnitOfWork,
  input: DenyVisitorInput,
): Promise<VisitorRecord> {
  demandDeciding(unit.caller)
  const before = await lockVisitor(unit, input.id)
  if (before.status === 'DENIED') return before
  demandTransition(before, 'DENIED')
  const after = { ...before, status: 'DENIED', denyReason: input.reason } as const
  return saveVisitor(unit, before, { ...after, endedAt: unit.now }, visitorDenied)
}

/** Calls off a visit that has not begun. */
export async function cancelVisit(
  unit: UnitOfWork,
  input: CancelVisitInput,
): Promise<VisitorRecord> {
  const before = await lockVisitor(unit, input.id)
  if (before.status === 'CANCELLED') return before
  demandTransition(before, 'CANCELLED')
  return cancelLocked(unit, before, input.reason ?? null)
}

export async function cancelLocked(
  unit: UnitOfWork,
  before: VisitorRecord,
  cancelReason: string | null,
): Promise<VisitorRecord> {
  const after = { ...before, status: 'CANCELLED', cancelReason, endedAt: unit.now } as const
  return saveVisitor(unit, before, after, visitorCancelled)
}

/** @throws DomainError INVALID_TRANSITION once the visitor is inside or the visit is over. */
function demandUpcoming(visitor: VisitorRecord): void {
  if (UPCOMING.some((status) => status === visitor.status)) return
  throw new DomainError(
    `Details of a visit change before it begins; this one is ${visitor.status}`,
    { code: 'INVALID_TRANSITION', from: visitor.status, allowed: TRANSITIONS[visitor.status] },
    ['input', 'id'],
  )
}

/**
 * Approval, checkpoints and closing time are the site's: for another one, cancel and register anew.
 * @throws DomainError VALIDATION
 */
export function demandSameSite(
  before: { location: { siteId: string } },
  location: { siteId: string },
): void {
  if (location.siteId === before.location.siteId) return
  throw invalid('must be at the same site: cancel and register for another one', 'locationId')
}
