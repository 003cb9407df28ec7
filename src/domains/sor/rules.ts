import { DomainError, invalid } from '../../errors.ts'
import type {
  QuotationStatus,
  RateScheduleStatus,
  WorkOrderStatus,
} from '../../generated/prisma/enums.ts'
import { FINAL, type Transitions } from '../../states.ts'

/** From which status a schedule may go to which. SUPERSEDED and EXPIRED come by themselves. */
export const SCHEDULE_TRANSITIONS: Transitions<RateScheduleStatus> = {
  DRAFT: ['PUBLISHED'],
  PUBLISHED: ['SUPERSEDED', 'EXPIRED', 'ARCHIVED'],
  SUPERSEDED: FINAL,
  EXPIRED: FINAL,
  ARCHIVED: FINAL,
}

/** From which status a quotation may go to which. Back to DRAFT: withdrawn, or revised after a rejection. */
export const QUOTATION_TRANSITIONS: Transitions<QuotationStatus> = {
  DRAFT: ['SUBMITTED', 'CANCELLED'],
  SUBMITTED: ['APPROVED', 'REJECTED', 'DRAFT'],
  REJECTED: ['DRAFT'],
  APPROVED: FINAL,
  CANCELLED: FINAL,
}

/** @throws DomainError INVALID_TRANSITION listing what is allowed. */
export function demandScheduleTransition(from: RateScheduleStatus, to: RateScheduleStatus): void {
  const allowed = SCHEDULE_TRANSITIONS[from]
  if (!allowed.includes(to)) throw refuse(`A schedule that is ${from} cannot become ${to}`, from)
}

/** @throws DomainError INVALID_TRANSITION: what is published is fixed for whoever relies on it. */
export function demandDraftSchedule(status: RateScheduleStatus): void {
  if (status === 'DRAFT') return
  throw refuse(`A schedule that is ${status} is fixed: change a new revision of it`, status)
}

function refuse(message: string, from: RateScheduleStatus): DomainError {
  const allowed = SCHEDULE_TRANSITIONS[from]
  return new DomainError(message, { code: 'INVALID_TRANSITION', from, allowed }, ['input', 'id'])
}

/**
 * @param only the status that the command starts from, where two commands lead to one status.
 * @throws DomainError INVALID_TRANSITION listing what is allowed.
 */
export function demandQuotationTransition(
  from: QuotationStatus,
  to: QuotationStatus,
  only?: QuotationStatus,
): void {
  const allowed = QUOTATION_TRANSITIONS[from]
  if (allowed.includes(to) && (only === undefined || only === from)) return
  throw new DomainError(
    only === undefined || only === from
      ? `A quotation that is ${from} cannot become ${to}`
      : `Only a quotation that is ${only} can go this way, not one that is ${from}`,
    { code: 'INVALID_TRANSITION', from, allowed },
    ['input', 'id'],
  )
}

/** @throws DomainError INVALID_TRANSITION: what was handed in stays as it was handed in. */
export function demandDraftQuotation(status: QuotationStatus): void {
  if (status === 'DRAFT') return
  throw new DomainError(
    `A quotation that is ${status} cannot be edited`,
    { code: 'INVALID_TRANSITION', from: status, allowed: QUOTATION_TRANSITIONS[status] },
    ['input', 'id'],
  )
}

export interface Period {
  effectiveFrom: Date
  effectiveTo: Date
}

/** @throws DomainError VALIDATION unless the period has a length. */
export function demandPeriod({ effectiveFrom, effectiveTo }: Period): void {
  if (effectiveFrom.getTime() >= effectiveTo.getTime()) {
    throw invalid('effectiveTo must lie after effectiveFrom', 'effectiveTo')
  }
}

export interface Standing extends Period {
  status: RateScheduleStatus
  supersededAt: Date | null
}

/** Whether rates of a schedule hold at a moment; half-open, the end no longer belongs to it. */
export function isInForce(schedule: Standing, at: Date): boolean {
  const end = schedule.supersededAt ?? schedule.effectiveTo
  return schedule.status === 'PUBLISHED' && schedule.effectiveFrom <= at && at < end
}

/** @throws DomainError VALIDATION for a schedule whose rates do not hold now. */
export function demandInForce(schedule: Standing, at: Date): void {
  if (isInForce(schedule, at)) return
  const why = schedule.status === 'PUBLISHED' ? 'not in force now' : schedule.status
  throw invalid(`The schedule of the quotation is ${why}`, 'id')
}

/** Work orders for which nothing is offered any more. */
const BEYOND_QUOTING: ReadonlySet<WorkOrderStatus> = new Set<WorkOrderStatus>([
  'CLOSED',
  'CANCELLED',
  'SKIPPED',
])

/** @throws DomainError VALIDATION for a work order that is over. */
export function demandQuotable(status: WorkOrderStatus, field: string): void {
  if (!BEYOND_QUOTING.has(status)) return
  throw invalid(`The work order is ${status}: nothing can be quoted for it any more`, field)
}

/** Whether a user may approve an amount. Null = no limit. */
export function coversAmount(approvalLimitCents: bigint | null, amountCents: bigint): boolean {
  return approvalLimitCents === null || amountCents <= approvalLimitCents
}
