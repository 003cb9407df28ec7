import { DomainError, invalid } from '../../errors.ts'
import type { AssetStatus, WorkOrderStatus } from '../../generated/prisma/enums.ts'
import type { Transitions } from '../../states.ts'

/**
 * From which status an asset may go to which. Taking one out of service for good is final for
 * everybody but Owner and Admin, who may undo it.
 */
export const TRANSITIONS: Transitions<AssetStatus> = {
  ONLINE: ['OFFLINE', 'MAINTENANCE', 'DECOMMISSIONED'],
  OFFLINE: ['ONLINE', 'MAINTENANCE', 'DECOMMISSIONED'],
  MAINTENANCE: ['ONLINE', 'OFFLINE', 'DECOMMISSIONED'],
  DECOMMISSIONED: ['ONLINE', 'OFFLINE', 'MAINTENANCE'],
}

export function allowedStatuses(status: AssetStatus, mayRevive: boolean): readonly AssetStatus[] {
  return status === 'DECOMMISSIONED' && !mayRevive ? [] : TRANSITIONS[status]
}

/** @throws DomainError INVALID_TRANSITION listing what is allowed. */
export function demandTransition(from: AssetStatus, to: AssetStatus, mayRevive: boolean): void {
  const allowed = allowedStatuses(from, mayRevive)
  if (allowed.includes(to)) return
  throw new DomainError(
    `An asset that is ${from} cannot become ${to}`,
    { code: 'INVALID_TRANSITION', from, allowed },
    ['input', 'status'],
  )
}

/** Levels of a tree of assets: a plant, its units, their parts, … */
export const MAX_DEPTH = 8

/** @throws DomainError VALIDATION when a tree would get too many levels. */
export function demandDepth(levels: number): void {
  if (levels <= MAX_DEPTH) return
  throw invalid(`Assets nest at most ${MAX_DEPTH} levels; this would make ${levels}`, 'parentId')
}

/** Statuses of a work order that still has to be done. */
export const OPEN_WORK: readonly WorkOrderStatus[] = [
  'OPEN',
  'ACCEPTED',
  'IN_PROGRESS',
  'ON_HOLD',
  'REOPENED',
]
