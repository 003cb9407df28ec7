import type {
  WorkOrderPriority,
  WorkOrderStatus,
  WorkOrderType,
} from '../generated/prisma/enums.ts'
import { DomainError, invalid } from '../errors.ts'

/** From which status a work order may go to which. Terminal ones have nowhere to go. */
export const TRANSITIONS: Readonly<Record<WorkOrderStatus, readonly WorkOrderStatus[]>> = {
  OPEN: ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'SKIPPED'],
  ACCEPTED: ['IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'OPEN'],
  IN_PROGRESS: ['ON_HOLD', 'COMPLETED', 'CANCELLED'],
  ON_HOLD: ['IN_PROGRESS', 'CANCELLED'],
  COMPLETED: ['CLOSED', 'REOPENED'],
  CLOSED: ['REOPENED'],
  REOPENED: ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED'],
  CANCELLED: [],
  SKIPPED: [],
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

export function isResponse(status: WorkOrderStatus): boolean {
  return RESPONSES.has(status)
}

const HOUR_MS = 3_600_000

/** Hours to respond and to resolve; the row of HIGH is the event catalogue's example. */
const SLA_HOURS: Readonly<
  Record<WorkOrderPriority, { response: number; resolution: number } | undefined>
> = {
  CRITICAL: { response: 1, resolution: 4 },
  HIGH: { response: 2, resolution: 12 },
  MEDIUM: { response: 4, resolution: 24 },
  LOW: { response: 8, resolution: 48 },
  NONE: undefined,
}

export interface SlaDeadlines {
  slaResponseDeadline: Date | null
  slaResolutionDeadline: Date | null
}

/**
 * Deadlines of a priority, counted from creation. Holds move the resolution by the time they took;
 * they never move the response.
 */
export function slaDeadlines(
  priority: WorkOrderPriority,
  created: Date,
  pausedSeconds: number,
): SlaDeadlines {
  const hours = SLA_HOURS[priority]
  if (hours === undefined) return { slaResponseDeadline: null, slaResolutionDeadline: null }
  const start = created.getTime()
  return {
    slaResponseDeadline: new Date(start + hours.response * HOUR_MS),
    slaResolutionDeadline: new Date(start + hours.resolution * HOUR_MS + pausedSeconds * 1_000),
  }
}
