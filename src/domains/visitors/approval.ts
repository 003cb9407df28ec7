import type { UnitOfWork } from '../../database/unit-of-work.ts'
import {
  type Approval,
  approvalOf,
  demandSameContent,
  digestOf,
  NOT_APPROVED,
} from '../../identity/approvals.ts'
import { approvesByRegistering, signatureOf } from './access.ts'
import type { VisitorRecord } from './events.ts'
import type { VisitPlace } from './policies/policy.ts'
import { demandTransition } from './rules.ts'

/** Everything of a visit that somebody who approves it decides on. */
const DECIDED_ON = [
  'name',
  'email',
  'phone',
  'company',
  'type',
  'purpose',
  'hostId',
  'locationId',
  'bookingId',
  'expectedArrival',
  'expectedDeparture',
] as const satisfies (keyof VisitorRecord)[]
const WHO = ['name', 'email', 'company'] as const satisfies (keyof VisitorRecord)[]

type Content = Pick<VisitorRecord, (typeof DECIDED_ON)[number]>

const digest = (visit: Content) => digestOf(DECIDED_ON.map((field) => visit[field]))

/** The caller's approval of a visit as it is. */
export function approvalOfVisit(
  unit: UnitOfWork,
  visit: Content,
): Approval & Pick<VisitorRecord, 'approvedBy'> {
  return { approvedBy: signatureOf(unit.caller), ...approvalOf(unit, digest(visit)) }
}

export const NOT_APPROVED_BY_ANYBODY = { approvedBy: null, ...NOT_APPROVED }

/**
 * An approval is for the visit as it was. Changed by who may approve, it is approved anew by them;
 * changed by others it waits for another approval, at a site that wants them. What another person has
 * shown and signed counts no more.
 */
export async function asApproved(
  unit: UnitOfWork,
  before: VisitorRecord,
  after: VisitorRecord,
  place: VisitPlace,
): Promise<VisitorRecord> {
  if (digest(before) === digest(after)) return after
  if (approvesByRegistering(unit.caller)) {
    return before.approvedAt === null ? after : { ...after, ...approvalOfVisit(unit, after) }
  }
  const checked: VisitorRecord = { ...after, ...NOT_APPROVED_BY_ANYBODY }
  if (WHO.some((field) => before[field] !== after[field]) && before.checkpoints.length > 0) {
    await unit.tx.visitorCheckpoint.deleteMany({ where: { visitorId: before.id } })
    Object.assign(checked, { checkpoints: [], photoUrl: null })
  }
  if (!place.policy.requiresApproval || before.status !== 'REGISTERED') return checked
  demandTransition(before, 'PENDING_APPROVAL')
  return { ...checked, status: 'PENDING_APPROVAL' }
}

/** @throws DomainError CONFLICT */
export function demandAsApproved(visit: VisitorRecord): void {
  demandSameContent(
    visit.id,
    visit.approvedDigest,
    digest(visit),
    'It is not the visit that was approved: it needs another approval',
  )
}
