import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import type { PulseKind } from '../../../generated/prisma/enums.ts'
import type { RecordTelemetryInput } from './commands.ts'
import { faultOf, followBreach, levelOf, type MetricBounds } from '../rules.ts'
import { refreshSensors } from '../states.ts'

type ReadingStatus = 'STORED' | 'LATE' | 'DUPLICATE' | 'REJECTED'

export interface ReadingResult {
  status: ReadingStatus
  /** Why it was rejected, for a person. */
  reason?: string
  code?: 'NOT_FOUND' | 'VALIDATION'
}

interface Series extends MetricBounds {
  series: number
  sensorId: string
  key: string
  assetId: string | null
  groupId: string | null
}

interface Reading {
  index: number
  series: Series
  value: number
  at: Date
}

/** What a series had before this call. */
interface Advance {
  series: number
  before: Date | null
  level: number
}

/**
 * Takes up to 500 readings. Each one is judged by itself; what can be stored is, in four statements
 * however many there are:
 *
 * 1. the readings, those already there being left as they are (a sensor sends one value per metric
 *    and moment; a second one is a repetition);
 * 2. the newest value of each series, unless a newer one is there (a late reading is history);
 * 3. the pulses, which say that sensor, asset and group have something to be told about. A sweep
 *    tells it every few seconds, so that a thousand readings are not a thousand events;
 * 4. whether a state has to change, which most readings do not do.
 *
 * Every call locks series, pulses, sensors and groups in this order, each by id: calls that overlap
 * wait for one another and never for ever.
 */
export async function recordTelemetry(
  unit: UnitOfWork,
  input: RecordTelemetryInput,
): Promise<ReadingResult[]> {
  const results: ReadingResult[] = input.readings.map(() => ({ status: 'DUPLICATE' }))
  const readings = judge(unit, input, await findSeries(unit, input), results)
  const stored = await storeReadings(unit, readings)
  if (stored.length === 0) return results
  const advances = await advanceSeries(unit, stored)
  const before = new Map(advances.map((advance) => [advance.series, advance.before]))
  for (const { index, series, at } of stored) {
    const last = before.get(series.series)
    const late = last === undefined || (last !== null && at <= last)
    results[index] = { status: late ? 'LATE' : 'STORED' }
  }
  const fresh = stored.filter(({ index }) => results[index]?.status === 'STORED')
  if (fresh.length === 0) return results
  await raisePulses(unit, fresh)
  await refreshSensors(unit, await findChangedStates(unit, fresh, advances), unit.now)
  await followRules(unit, fresh)
  return results
}

async function findSeries(
  unit: UnitOfWork,
  input: RecordTelemetryInput,
): Promise<Map<string, Map<string, Series>>> {
  const ids = [...new Set(input.readings.map((reading) => reading.sensorId))]
  const rows = await unit.tx.$queryRaw<Series[]>(Prisma.sql`
    SELECT metric.series, metric.sensor_id AS "sensorId", metric.key, metric.minimum, metric.maximum,
           metric.warning_below AS "warningBelow", metric.warning_above AS "warningAbove",
           metric.alarm_below AS "alarmBelow", metric.alarm_above AS "alarmAbove",
           sensor.asset_id AS "assetId", sensor.group_id AS "groupId"
      FROM unnest(${ids}::text[]) AS given (id)
      JOIN sensor ON sensor.id = given.id
      JOIN sensor_metric AS metric
        ON metric.sensor_id = sensor.id AND metric.organization_id = sensor.organization_id
     WHERE sensor.organization_id = ${unit.organizationId}`)
  const found = new Map<string, Map<string, Series>>()
  for (const row of rows) {
    const metrics = found.get(row.sensorId) ?? new Map<string, Series>()
    found.set(row.sensorId, metrics.set(row.key, row))
  }
  return found
}

/** The readings that may be stored, once each; the refusals of the others go into `results`. */
function judge(
  unit: UnitOfWork,
  input: RecordTelemetryInput,
  known: Map<string, Map<string, Series>>,
  results: ReadingResult[],
): Reading[] {
  const readings = new Map<string, Reading>()
  for (const [index, { sensorId, metric, value, at: given }] of input.readings.entries()) {
    const at = given ?? unit.now
    const metrics = known.get(sensorId)
    const series = metrics?.get(metric)
    if (series === undefined) {
      const what = metrics === undefined ? `Sensor ${sensorId}` : `Metric ${metric}`
      results[index] = { status: 'REJECTED', code: 'NOT_FOUND', reason: `${what} was not found` }
      continue
    }
    const reason = faultOf({ value, at }, series, unit.now)
    if (reason !== undefined) {
      results[index] = { status: 'REJECTED', code: 'VALIDATION', reason }
      continue
    }
    const slot = `${series.series} ${at.getTime()}`
    if (!readings.has(slot)) readings.set(slot, { index, series, value, at })
  }
  return [...readings.values()].toSorted(
    (a, b) => a.series.series - b.series.series || a.at.getTime() - b.at.getTime(),
  )
}

/** Columns as arrays of text: one parameter each, whatever their number. */
const columns = (readings: readonly Reading[]) => Prisma.sql`unnest(
  ${readings.map((reading) => reading.series.series)}::int[],
  ${readings.map((reading) => reading.at.toISOString())}::text[]::timestamptz[],
  ${readings.map((reading) => String(reading.value))}::text[]::float8[],
  ${readings.map((reading) => levelOf(reading.value, reading.series))}::int[])`

async function storeReadings(unit: UnitOfWork, readings: Reading[]): Promise<Reading[]> {
  if (readings.length === 0) return []
  const rows = await unit.tx.$queryRaw<{ series: number; at: Date }[]>(Prisma.sql`
    INSERT INTO sensor_reading (series, at, value, organization_id)
    SELECT series, at, value, ${unit.organizationId}
      FROM ${columns(readings)} AS given (series, at, value, level)
        ON CONFLICT DO NOTHING RETURNING series, at`)
  const written = new Set(rows.map((row) => `${row.series} ${row.at.getTime()}`))
  return readings.filter(({ series, at }) => written.has(`${series.series} ${at.getTime()}`))
}

/** Moves the series on to their newest readings; answers those that moved, as they were before. */
async function advanceSeries(unit: UnitOfWork, stored: readonly Reading[]): Promise<Advance[]> {
  // In order of time within a series, so that the last one wins.
  const newest = [...new Map(stored.map((reading) => [reading.series.series, reading])).values()]
  return unit.tx.$queryRaw<Advance[]>(Prisma.sql`
    WITH locked AS (
      SELECT series, at, level FROM sensor_metric
       WHERE series = ANY(${newest.map((reading) => reading.series.series)}::int[])
       ORDER BY series FOR UPDATE)
    UPDATE sensor_metric AS metric SET value = given.value, at = given.at, level = given.level
      FROM ${columns(newest)} AS given (series, at, value, level) JOIN locked USING (series)
     WHERE metric.series = given.series AND (locked.at IS NULL OR locked.at < given.at)
    RETURNING metric.series, locked.at AS before, locked.level`)
}

/**
 * Says that there is something to tell. Written even when it was said before: the lock makes the
 * sweep wait, which otherwise could clear the pulse without having seen these readings.
 */
async function raisePulses(unit: UnitOfWork, fresh: readonly Reading[]): Promise<void> {
  const subjects = new Map<string, PulseKind>()
  for (const { series } of fresh) {
    subjects.set(series.sensorId, 'SENSOR')
    if (series.assetId !== null) subjects.set(series.assetId, 'ASSET')
    if (series.groupId !== null) subjects.set(series.groupId, 'GROUP')
  }
  await unit.tx.$executeRaw(Prisma.sql`
    INSERT INTO telemetry_pulse AS pulse (subject_id, kind, organization_id, pending_since)
    SELECT id, kind::pulse_kind, ${unit.organizationId}, ${unit.now}
      FROM unnest(${[...subjects.keys()]}::text[], ${[...subjects.values()]}::text[]) AS given (id, kind)
     ORDER BY id
        ON CONFLICT (subject_id) DO UPDATE
       SET pending_since = coalesce(pulse.pending_since, excluded.pending_since)`)
}

/**
 * Sensors whose state may be another one now. Read after the pulses are locked: whoever marks a
 * sensor as stale locks its pulse first, so that either it saw these readings or this sees its mark.
 */
async function findChangedStates(
  unit: UnitOfWork,
  fresh: readonly Reading[],
  advances: readonly Advance[],
): Promise<string[]> {
  const levels = new Map(advances.map((advance) => [advance.series, advance.level]))
  const newest = new Map(fresh.map((reading) => [reading.series.series, reading]))
  const moved = [...newest.values()]
    .filter(({ series, value }) => levels.get(series.series) !== levelOf(value, series))
    .map(({ series }) => series.sensorId)
  const last = new Map<string, Date>()
  for (const { series, at } of newest.values()) {
    const known = last.get(series.sensorId)
    if (known === undefined || known < at) last.set(series.sensorId, at)
  }
  // A sensor that is offline stays so while it only sends what is old: a gateway that catches up.
  const rows = await unit.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT sensor.id FROM sensor
      JOIN unnest(${[...last.keys()]}::text[],
                  ${Array.from(last.values(), (at) => at.toISOString())}::text[]::timestamptz[])
           AS given (id, at) ON given.id = sensor.id
     WHERE sensor.organization_id = ${unit.organizationId}
       AND CASE WHEN state = 'OFFLINE'
             THEN given.at + make_interval(secs => stale_after_seconds) > ${unit.now}
             ELSE sensor.id = ANY(${moved}::text[]) END`)
  return rows.map((row) => row.id)
}

/** Follows the breaches of the thresholds that somebody set; a sweep answers them. */
async function followRules(unit: UnitOfWork, fresh: readonly Reading[]): Promise<void> {
  const rules = await unit.tx.sensorRule.findMany({
    where: {
      sensorId: { in: [...new Set(fresh.map(({ series }) => series.sensorId))] },
      active: true,
    },
    orderBy: { id: 'asc' },
  })
  for (const rule of rules) {
    const breach = followBreach(
      rule,
      fresh.filter(({ series }) => series.sensorId === rule.sensorId && series.key === rule.metric),
    )
    if (breach.breachedSince?.getTime() === rule.breachedSince?.getTime()) continue
    await unit.tx.sensorRule.update({ where: { id: rule.id }, data: breach })
  }
}
