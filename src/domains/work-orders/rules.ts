import type { WorkOrderStatus, WorkOrderType } from '../../generated/prisma/enums.ts'
import { DomainError, DomainErrors, invalid } from '../../errors.ts'
import { FINAL, type Transitions } from '../../states.ts'

/** From which status a work order may go to which. Terminal ones have nowhere to go. */
export const TRANSITIONS: Transitions<WorkOrderStatus> = {
  OPEN: ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'SKIPPED'],
  ACCEPTED: ['IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'OPEN'],
  IN_PROGRESS: ['ON_HOLD', 'COMPLETED', 'CANCELLED'],
  ON_HOLD: ['IN_PROGRESS', 'CANCELLED'],
  COMPLETED: ['CLOSED', 'REOPENED'],
  CLOSED: ['REOPENED'],
  REOPENED: ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED'],
  CANCELLED: FINAL,
  SKIPPED: FINAL,
}

/** Statuses in which details no longer change. */
const READ_ONLY: ReadonlySet<WorkOrderStatus> = new Set<WorkOrderStatus>([
  'COMPLETED',
  'CLOSED',
  'CANCELLED',
  'SKIPPED',
])

/** Statuses that count as an answer to whoever reported it. A hold does not. */
const RESPONSES: ReadonlySet<WorkOrderStatus> = new Set<WorkOrderStatus>([
  'ACCEPTED',
  'IN_PROGRESS',
])

const NEED_REASON: ReadonlySet<WorkOrderStatus> = new Set<WorkOrderStatus>(['ON_HOLD', 'REOPENED'])

export function allowedStatuses(order: {
  status: WorkOrderStatus
  type: WorkOrderType
}): WorkOrderStatus[] {
  // Only planned work can be skipped: a fault that somebody reported is cancelled, with a reason.
  return TRANSITIONS[order.status].filter((to) => to !== 'SKIPPED' || order.type === 'PREVENTIVE')
}

/** @throws DomainError INVALID_TRANSITION listing what is allowed, or VALIDATION without a reason. */
export function demandTransition(
  order: { status: WorkOrderStatus; type: WorkOrderType },
  to: WorkOrderStatus,
  reason: string | undefined,
): void {
  const allowed = allowedStatuses(order)
  if (!allowed.includes(to)) {
    throw new DomainError(
      `A work order that is ${order.status} cannot become ${to}`,
      { code: 'INVALID_TRANSITION', from: order.status, allowed },
      ['input', 'status'],
    )
  }
  if (NEED_REASON.has(to) && reason === undefined) {
    throw invalid(`${to} needs a reason`, 'reason')
  }
}

/** @throws DomainError INVALID_TRANSITION for a finished work order. */
export function demandEditable(order: { status: WorkOrderStatus; type: WorkOrderType }): void {
  if (!READ_ONLY.has(order.status)) return
  throw new DomainError(
    `A work order that is ${order.status} is read-only`,
    { code: 'INVALID_TRANSITION', from: order.status, allowed: allowedStatuses(order) },
    ['input', 'id'],
  )
}

/** @throws DomainError VALIDATION naming what is still to be done before completion. */
export function demandCompletable(order: {
  checklist: readonly { text: string; mandatory: boolean; doneAt?: number | undefined }[]
  requiresSignature: boolean
  signedAt: Date | null
}): void {
  const open = order.checklist.filter((item) => item.mandatory && item.doneAt === undefined)
  const errors = open.map((item) => invalid(`Still to be done: ${item.text}`, 'status'))
  if (order.requiresSignature && order.signedAt === null) {
    errors.push(invalid('A signature is required before completion', 'status'))
  }
  if (errors.length > 0) throw new DomainErrors(errors)
}

/** Cost of work in cents, half a cent rounded up. */
export function laborCostCents(seconds: number, hourlyRateCents: number): number {
  return Math.floor((seconds * hourlyRateCents + 1_800) / 3_600)
}

/** Sums are kept in 32 bits; more than 21 million in one work order is a slip of the keyboard. */
export const MAX_CENTS = 2_147_483_647

export function isResponse(status: WorkOrderStatus): boolean {
  return RESPONSES.has(status)
}
