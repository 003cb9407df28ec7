import type {
  RuleComparison,
  SensorAggregation,
  SensorState,
} from '../../generated/prisma/enums.ts'

/** Readings of one call. */
export const MAX_READINGS = 500
/** Clocks of gateways run ahead by a little; more than this is a wrong clock. */
const MAX_AHEAD_MS = 60_000
/** Days that readings are kept; older ones are not taken either. */
export const READING_DAYS = 90
export const DAY_MS = 86_400_000

export interface MetricBounds {
  minimum: number | null
  maximum: number | null
  warningBelow: number | null
  warningAbove: number | null
  alarmBelow: number | null
  alarmAbove: number | null
}

/** Why a reading is refused; undefined when it is not. */
export function faultOf(
  reading: { value: number; at: Date },
  bounds: MetricBounds,
  now: Date,
): string | undefined {
  const age = now.getTime() - reading.at.getTime()
  if (age < -MAX_AHEAD_MS) return 'at is more than 60 seconds in the future'
  if (age > READING_DAYS * DAY_MS) return `at is more than ${READING_DAYS} days ago`
  const { minimum, maximum } = bounds
  if (minimum !== null && reading.value < minimum) return `value is below ${minimum}`
  if (maximum !== null && reading.value > maximum) return `value is above ${maximum}`
  return undefined
}

/** Levels as stored: they compare as numbers. */
export const LEVEL_STATES = ['OK', 'WARNING', 'ALARM'] as const satisfies SensorState[]

/** Where a value lies: 0 OK, 1 WARNING, 2 ALARM. A value on a limit is still within it. */
export function levelOf(value: number, bounds: MetricBounds): number {
  if (isBeyond(value, bounds.alarmBelow, bounds.alarmAbove)) return 2
  return isBeyond(value, bounds.warningBelow, bounds.warningAbove) ? 1 : 0
}

function isBeyond(value: number, below: number | null, above: number | null): boolean {
  return (below !== null && value < below) || (above !== null && value > above)
}

export interface MetricNow {
  at: Date | null
  level: number
}

/** Time of a sensor's newest reading; null before the first one. */
export function lastReadingAt(metrics: readonly { at: Date | null }[]): Date | null {
  const times = metrics.flatMap(({ at }) => (at === null ? [] : [at.getTime()]))
  return times.length === 0 ? null : new Date(Math.max(...times))
}

/** When a sensor that falls silent now becomes stale; null before its first reading. */
export function staleAt(
  sensor: { staleAfterSeconds: number },
  metrics: readonly { at: Date | null }[],
): Date | null {
  const last = lastReadingAt(metrics)
  return last === null ? null : new Date(last.getTime() + sensor.staleAfterSeconds * 1_000)
}

/** State of a sensor: OFFLINE without a fresh reading, else the worst level of its metrics. */
export function stateOf(
  sensor: { staleAfterSeconds: number },
  metrics: readonly MetricNow[],
  now: Date,
): SensorState {
  const limit = staleAt(sensor, metrics)
  if (limit === null || limit <= now) return 'OFFLINE'
  const reported = metrics.filter((metric) => metric.at !== null)
  return LEVEL_STATES[Math.max(...reported.map((metric) => metric.level))] ?? 'OK'
}

const SEVERITY: Readonly<Record<SensorState, number>> = { OFFLINE: 0, OK: 1, WARNING: 2, ALARM: 3 }

/** State of a group: the worst of its members; OFFLINE only when all of them are. */
export function groupStateOf(members: readonly SensorState[]): SensorState {
  return members.reduce<SensorState>(
    (worst, state) => (SEVERITY[state] > SEVERITY[worst] ? state : worst),
    'OFFLINE',
  )
}

/** One value of its members' values. */
export function aggregate(how: SensorAggregation, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (how) {
    case 'AVERAGE':
      return sum / values.length
    case 'SUM':
      return sum
    case 'MINIMUM':
      return Math.min(...values)
    case 'MAXIMUM':
      return Math.max(...values)
  }
}

export interface Breach {
  breachedSince: Date | null
  answeredAt: Date | null
}

/**
 * How far a breach of a threshold has come after some readings in order of time. It begins with the
 * first reading beyond the threshold and ends with the first one that is not.
 */
export function followBreach(
  rule: { comparison: RuleComparison; threshold: number } & Breach,
  readings: readonly { value: number; at: Date }[],
): Breach {
  let { breachedSince, answeredAt } = rule
  for (const { value, at } of readings) {
    const beyond = rule.comparison === 'ABOVE' ? value > rule.threshold : value < rule.threshold
    if (beyond) breachedSince ??= at
    else breachedSince = answeredAt = null
  }
  return { breachedSince, answeredAt }
}
