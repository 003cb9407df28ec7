import type { WorkOrder } from '../../../generated/prisma/client.ts'
import type { WorkOrderPriority } from '../../../generated/prisma/enums.ts'
import { addWorkingMs, type BusinessHours, workingMsBetween } from './business-hours.ts'

/** Minutes of working time; null = no such deadline. */
export interface SlaTarget {
  responseMinutes: number | null
  resolutionMinutes: number | null
}

export interface ResolvedPolicy {
  /** Undefined for the built-in one. */
  id: string | undefined
  targets: Readonly<Record<WorkOrderPriority, SlaTarget>>
  /** Undefined = around the clock. */
  hours: BusinessHours | undefined
  /** Share of a target after which its clock is at risk and critical. */
  atRiskPercent: number
  criticalPercent: number
}

const NO_TARGET: SlaTarget = { responseMinutes: null, resolutionMinutes: null }

/** What holds where no policy says otherwise; the row of HIGH is the event catalogue's example. */
export const DEFAULT_TARGETS: Readonly<Record<WorkOrderPriority, SlaTarget>> = {
  CRITICAL: { responseMinutes: 60, resolutionMinutes: 240 },
  HIGH: { responseMinutes: 120, resolutionMinutes: 720 },
  MEDIUM: { responseMinutes: 240, resolutionMinutes: 1_440 },
  LOW: { responseMinutes: 480, resolutionMinutes: 2_880 },
  NONE: NO_TARGET,
}

export const DEFAULT_POLICY: ResolvedPolicy = {
  id: undefined,
  targets: DEFAULT_TARGETS,
  hours: undefined,
  atRiskPercent: 75,
  criticalPercent: 90,
}

export type SlaDeadlines = Pick<
  WorkOrder,
  | 'slaResponseDeadline'
  | 'slaResponseAtRiskAt'
  | 'slaResponseCriticalAt'
  | 'slaResolutionDeadline'
  | 'slaResolutionAtRiskAt'
  | 'slaResolutionCriticalAt'
>

/**
 * Deadlines of a priority and the moments before them at which they are at risk and critical.
 * Holds move the resolution by the working time they took; they never move the response.
 */
export function slaDeadlines(
  policy: ResolvedPolicy,
  priority: WorkOrderPriority,
  start: Date,
  pausedSeconds: number,
): SlaDeadlines {
  const target = policy.targets[priority]
  const at = (minutes: number | null, percent: number, pausedMs: number) =>
    minutes === null ? null : addWorkingMs(policy.hours, start, minutes * 600 * percent + pausedMs)
  const pausedMs = pausedSeconds * 1_000
  return {
    slaResponseAtRiskAt: at(target.responseMinutes, policy.atRiskPercent, 0),
    slaResponseCriticalAt: at(target.responseMinutes, policy.criticalPercent, 0),
    slaResponseDeadline: at(target.responseMinutes, 100, 0),
    slaResolutionAtRiskAt: at(target.resolutionMinutes, policy.atRiskPercent, pausedMs),
    slaResolutionCriticalAt: at(target.resolutionMinutes, policy.criticalPercent, pausedMs),
    slaResolutionDeadline: at(target.resolutionMinutes, 100, pausedMs),
  }
}

/** When the clocks of a work order start: planned work is not late before its day has come. */
export function slaStart(order: Pick<WorkOrder, 'created' | 'occurrenceAt'>): Date {
  return order.occurrenceAt !== null && order.occurrenceAt > order.created
    ? order.occurrenceAt
    : order.created
}

/** The work order after its resolution clock stood still from a moment until now. */
export function shiftResolution(
  order: WorkOrder,
  hours: BusinessHours | undefined,
  stoodStillSince: Date,
  now: Date,
): WorkOrder {
  const seconds = Math.round(workingMsBetween(hours, stoodStillSince, now) / 1_000)
  const shift = (moment: Date | null) =>
    moment === null ? null : addWorkingMs(hours, moment, seconds * 1_000)
  return {
    ...order,
    slaPausedSeconds: order.slaPausedSeconds + seconds,
    slaResolutionAtRiskAt: shift(order.slaResolutionAtRiskAt),
    slaResolutionCriticalAt: shift(order.slaResolutionCriticalAt),
    slaResolutionDeadline: shift(order.slaResolutionDeadline),
  }
}
