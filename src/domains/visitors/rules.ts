import { DomainError, invalid } from '../../errors.ts'
import type {
  VisitorCheckpointKey,
  VisitorInvitationStatus,
  VisitorStatus,
} from '../../generated/prisma/enums.ts'
import { FINAL, type Transitions } from '../../states.ts'

/** From which status a visitor may go to which. A visit starts pending or registered. */
export const TRANSITIONS: Transitions<VisitorStatus> = {
  PENDING_APPROVAL: ['REGISTERED', 'DENIED', 'CANCELLED'],
  // Back to PENDING_APPROVAL: changed by somebody who may not decide.
  REGISTERED: ['CHECKED_IN', 'DENIED', 'CANCELLED', 'NO_SHOW', 'PENDING_APPROVAL'],
  CHECKED_IN: ['CHECKED_OUT'],
  CHECKED_OUT: FINAL,
  DENIED: FINAL,
  CANCELLED: FINAL,
  NO_SHOW: FINAL,
}

export const INVITATION_TRANSITIONS: Transitions<VisitorInvitationStatus> = {
  SENT: ['UPDATED', 'CANCELLED'],
  UPDATED: ['UPDATED', 'CANCELLED'],
  CANCELLED: FINAL,
}

/** Statuses of people who have not come yet. */
export const UPCOMING = ['PENDING_APPROVAL', 'REGISTERED'] as const satisfies VisitorStatus[]

/** Statuses of people who may still come or are inside. */
export const OPEN = [...UPCOMING, 'CHECKED_IN'] as const satisfies VisitorStatus[]

export function isOver(status: VisitorStatus): boolean {
  return TRANSITIONS[status].length === 0
}

/** @throws DomainError INVALID_TRANSITION listing what is allowed. */
export function demandTransition(visitor: { status: VisitorStatus }, to: VisitorStatus): void {
  const allowed = TRANSITIONS[visitor.status]
  if (allowed.includes(to)) return
  throw new DomainError(
    `A visitor who is ${visitor.status} cannot become ${to}`,
    { code: 'INVALID_TRANSITION', from: visitor.status, allowed },
    ['input', 'id'],
  )
}

/** @throws DomainError INVALID_TRANSITION for a visit that is over. */
export function demandOpen(visitor: { status: VisitorStatus }): void {
  if (!isOver(visitor.status)) return
  throw new DomainError(
    `The visit is over: ${visitor.status}`,
    { code: 'INVALID_TRANSITION', from: visitor.status, allowed: [] },
    ['input', 'id'],
  )
}

/** @throws DomainError INVALID_TRANSITION listing what is allowed. */
export function demandInvitationTransition(
  invitation: { status: VisitorInvitationStatus },
  to: VisitorInvitationStatus,
): void {
  const allowed = INVITATION_TRANSITIONS[invitation.status]
  if (allowed.includes(to)) return
  throw new DomainError(
    `An invitation that is ${invitation.status} cannot become ${to}`,
    { code: 'INVALID_TRANSITION', from: invitation.status, allowed },
    ['input', 'id'],
  )
}

/** Required checkpoints that are not completed, in the order in which the site lists them. */
export function missingCheckpoints(
  required: readonly VisitorCheckpointKey[],
  completed: readonly { key: VisitorCheckpointKey }[],
): VisitorCheckpointKey[] {
  return required.filter((key) => completed.every((checkpoint) => checkpoint.key !== key))
}

/** Calendar day of a moment in a time zone, "2026-03-29". */
export function localDay(moment: Date, timezone: string): string {
  return Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(moment)
}

/** Somebody at the door is often announced while already there. */
const ARRIVAL_GRACE_MS = 3_600_000

/** @throws DomainError VALIDATION for an arrival that has passed, or a visit that ends before it. */
export function demandFittingTimes(
  arrival: Date,
  departure: Date | null | undefined,
  now: Date,
  fields: { arrival: string; departure: string },
): void {
  if (arrival.getTime() < now.getTime() - ARRIVAL_GRACE_MS) {
    throw invalid('must not lie more than an hour in the past', fields.arrival)
  }
  if (departure != null && departure.getTime() <= arrival.getTime()) {
    throw invalid(`must come after ${fields.arrival}`, fields.departure)
  }
}

/** A name as the block list compares it: case, spacing and punctuation do not matter. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
