import type { UnitOfWork } from '../../database/unit-of-work.ts'
import type { Booking, Resource } from '../../generated/prisma/client.ts'
import {
  type Approval,
  approvalOf,
  demandSameContent,
  digestOf,
  NOT_APPROVED,
} from '../../identity/approvals.ts'
import { userIdOf } from '../../identity/users/people.ts'
import { managesBookings } from './access.ts'
import { CHANGEABLE } from './rules.ts'

/** Everything of a booking that somebody who approves it decides on. */
const DECIDED_ON = [
  'resourceId',
  'startTime',
  'endTime',
  'title',
  'attendees',
  'serviceId',
  'customerId',
  'bookedById',
] as const satisfies (keyof Booking)[]

const digest = (booking: Booking) => digestOf(DECIDED_ON.map((field) => booking[field]))

/** The caller's approval of a booking as it is. */
export function approvalOfBooking(
  unit: UnitOfWork,
  booking: Booking,
): Approval & Pick<Booking, 'approvedById'> {
  return { approvedById: userIdOf(unit.caller) ?? null, ...approvalOf(unit, digest(booking)) }
}

export const NOT_APPROVED_BY_ANYBODY = { approvedById: null, ...NOT_APPROVED }

/**
 * An approval is for the booking as it was. Changed by who may approve, it is approved anew by them;
 * changed by others it waits for another approval, unless it is under way.
 */
export function asApproved(
  unit: UnitOfWork,
  resource: Resource,
  before: Booking,
  after: Booking,
): Booking {
  if (before.approvedAt === null || digest(before) === digest(after)) return after
  if (managesBookings(unit.caller)) return { ...after, ...approvalOfBooking(unit, after) }
  if (!CHANGEABLE.includes(before.status)) return after
  const open = { ...after, ...NOT_APPROVED_BY_ANYBODY }
  return resource.requiresApproval ? { ...open, status: 'PENDING', hookAt: null } : open
}

/** @throws DomainError CONFLICT */
export function demandAsApproved(booking: Booking): void {
  demandSameContent(
    booking.id,
    booking.approvedDigest,
    digest(booking),
    'It is not what was approved: it needs another approval',
  )
}
