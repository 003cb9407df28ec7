import type { WorkOrder } from '../../../generated/prisma/client.ts'
import type { SlaStatus } from '../../../generated/prisma/enums.ts'

/*
 * A work order has two clocks, response and resolution. How each stands is a pure function of the
 * work order's moments and of the time; it is stored so that lists can ask for it and so that events
 * say what the API says. Beside it stands what has been told of the clock (0 nothing, 1 at risk,
 * 2 breached): an event is due when the clock is worse than what has been told, and telling raises
 * the mark under the row's lock. So each is told once, whoever notices first: the sweep, or a change
 * that comes before the sweep. Only new deadlines (another priority or place) take a mark back.
 */
type Clock = 'RESPONSE' | 'RESOLUTION'
const CLOCKS = ['RESPONSE', 'RESOLUTION'] as const

/** Something that has to be told: the clock, how bad it is, and the work order as told. */
export interface Telling {
  clock: Clock
  level: 'AT_RISK' | 'BREACHED'
  order: WorkOrder
}

const LEVEL: Readonly<Record<SlaStatus, 0 | 1 | 2>> = {
  NONE: 0,
  MET: 0,
  ON_TRACK: 0,
  AT_RISK: 1,
  CRITICAL: 1,
  BREACHED: 2,
}

interface ClockFace {
  atRiskAt: Date | null
  criticalAt: Date | null
  deadline: Date | null
  /** When it was answered or completed. */
  stoppedAt: Date | null
  /** Since when it stands still. */
  pausedAt: Date | null
  told: number
}

function faceOf(order: WorkOrder, clock: Clock): ClockFace {
  return clock === 'RESPONSE'
    ? {
        atRiskAt: order.slaResponseAtRiskAt,
        criticalAt: order.slaResponseCriticalAt,
        deadline: order.slaResponseDeadline,
        stoppedAt: order.respondedAt,
        pausedAt: null,
        told: order.slaResponseTold,
      }
    : {
        atRiskAt: order.slaResolutionAtRiskAt,
        criticalAt: order.slaResolutionCriticalAt,
        deadline: order.slaResolutionDeadline,
        stoppedAt: order.completedAt,
        pausedAt: order.slaPausedAt,
        told: order.slaResolutionTold,
      }
}

/** Work that was called off is measured by no clock. */
const isOff = (order: WorkOrder) => order.status === 'CANCELLED' || order.status === 'SKIPPED'

function statusAt(order: WorkOrder, clock: Clock, now: Date): SlaStatus {
  const face = faceOf(order, clock)
  if (face.deadline === null || isOff(order)) return 'NONE'
  if (face.stoppedAt !== null) return face.stoppedAt <= face.deadline ? 'MET' : 'BREACHED'
  const moment = face.pausedAt ?? now
  if (moment >= face.deadline) return 'BREACHED'
  if (face.criticalAt !== null && moment >= face.criticalAt) return 'CRITICAL'
  if (face.atRiskAt !== null && moment >= face.atRiskAt) return 'AT_RISK'
  return 'ON_TRACK'
}

const URGENCY: readonly SlaStatus[] = ['BREACHED', 'CRITICAL', 'AT_RISK', 'ON_TRACK', 'MET', 'NONE']

/** The work order's own status: the worse of its clocks; MET only when none runs any more. */
function overall(response: SlaStatus, resolution: SlaStatus): SlaStatus {
  return URGENCY.find((status) => status === response || status === resolution) ?? 'NONE'
}

function withStatus(order: WorkOrder, clock: Clock, status: SlaStatus): WorkOrder {
  const changed = { ...order }
  if (clock === 'RESPONSE') changed.slaResponseStatus = status
  else changed.slaResolutionStatus = status
  changed.slaStatus = overall(changed.slaResponseStatus, changed.slaResolutionStatus)
  return changed
}

/** When a running clock gets worse next; null when none will. */
function nextAt(order: WorkOrder, now: Date): Date | null {
  let next: Date | null = null
  for (const clock of CLOCKS) {
    const face = faceOf(order, clock)
    if (isOff(order) || face.stoppedAt !== null || face.pausedAt !== null) continue
    for (const moment of [face.atRiskAt, face.criticalAt, face.deadline]) {
      if (moment !== null && moment > now && (next === null || moment < next)) next = moment
    }
  }
  return next
}

/**
 * Reads the clocks as of now, telling nothing: for what has just been said by another event, or for
 * a new work order. A clock that has something to tell stays as it was until `tell` has told it.
 */
export function readClocks(order: WorkOrder, now: Date): WorkOrder {
  let read = order
  for (const clock of CLOCKS) {
    const status = statusAt(order, clock, now)
    const { told } = faceOf(order, clock)
    const shown = clock === 'RESPONSE' ? order.slaResponseStatus : order.slaResolutionStatus
    const waits = LEVEL[status] > told
    const last = LEVEL[shown] > told || shown === 'NONE' || shown === 'MET' ? 'ON_TRACK' : shown
    read = withStatus(read, clock, waits ? last : status)
  }
  return { ...read, slaNextAt: nextAt(read, now) }
}

/** Everything due to be told by now, in order, and the work order after it. */
export function tell(order: WorkOrder, now: Date): { order: WorkOrder; tellings: Telling[] } {
  let told = order
  const tellings: Telling[] = []
  for (const clock of CLOCKS) {
    const status = statusAt(order, clock, now)
    for (const level of [1, 2] as const) {
      if (LEVEL[status] < level || faceOf(told, clock).told >= level) continue
      const said = level === LEVEL[status] ? status : 'AT_RISK'
      told = withStatus({ ...told, ...mark(clock, level) }, clock, said)
      tellings.push({ clock, level: level === 1 ? 'AT_RISK' : 'BREACHED', order: told })
    }
  }
  return { order: readClocks(told, now), tellings }
}

const mark = (clock: Clock, level: number) =>
  clock === 'RESPONSE' ? { slaResponseTold: level } : { slaResolutionTold: level }

/** After new deadlines: what no longer holds by them counts as not told. */
export function takeBack(order: WorkOrder, now: Date): WorkOrder {
  const stillTrue = (clock: Clock) =>
    mark(clock, Math.min(LEVEL[statusAt(order, clock, now)], faceOf(order, clock).told))
  return { ...order, ...stillTrue('RESPONSE'), ...stillTrue('RESOLUTION') }
}
