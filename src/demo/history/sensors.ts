import type { PoolClient } from 'pg'
import { newId } from '../../database/ids.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { Sensor, SensorMetric } from '../../generated/prisma/client.ts'
import { sensorFacets, sensorStateChanged, serializeSensor } from '../../domains/sensors/events.ts'
import { levelOf, staleAt, stateOf } from '../../domains/sensors/rules.ts'
import type { Equipment } from '../campus/assets.ts'
import { type Campus, DAY_MS, HOUR_MS, type Step } from '../campus/campus.ts'

type Bounds = Pick<
  SensorMetric,
  'minimum' | 'maximum' | 'warningBelow' | 'warningAbove' | 'alarmBelow' | 'alarmAbove'
>

/** What a sensor on a kind of equipment measures: a day's wave, a little noise, now and then a peak. */
interface Gauge {
  key: string
  unit: string
  mean: number
  swing: number
  noise: number
  bounds: Partial<Bounds>
}

const GAUGES: Readonly<Record<string, readonly Gauge[]>> = {
  'Air handling unit': [
    gauge('supplyTemperature', '°C', 18, 2, 0.3, { warningAbove: 21, alarmAbove: 24 }),
    gauge('filterPressure', 'Pa', 140, 15, 4, { warningAbove: 165, alarmAbove: 220 }),
  ],
  Chiller: [gauge('flowTemperature', '°C', 7, 1, 0.2, { warningAbove: 8.4, alarmAbove: 12 })],
  'Circulation pump': [gauge('vibration', 'mm/s', 2.1, 0.3, 0.15, { warningAbove: 2.7 })],
  Boiler: [gauge('pressure', 'bar', 1.8, 0.1, 0.03, { warningBelow: 1.2, alarmBelow: 0.8 })],
  'Uninterruptible supply': [gauge('load', '%', 55, 18, 3, { warningAbove: 80, maximum: 100 })],
  'Water heater': [gauge('temperature', '°C', 61, 2, 0.5, { warningBelow: 57, alarmBelow: 50 })],
}

function gauge(
  key: string,
  unit: string,
  mean: number,
  swing: number,
  noise: number,
  bounds: Partial<Bounds>,
): Gauge {
  return { key, unit, mean, swing, noise, bounds }
}

/** Readings reach back so far, one in every interval. */
const DAYS = 3
const INTERVAL_MS = HOUR_MS / 4
/** Nobody feeds the demo: its sensors stay fresh for a week before they count as silent. */
const STALE_AFTER_SECONDS = 7 * 86_400

type Metric = Omit<SensorMetric, 'series'>

/** Column by column: on a large campus there are millions. */
interface Readings {
  series: { sensorId: string; key: string }[]
  /** Index into the series, Unix milliseconds and value of each. */
  of: number[]
  at: number[]
  value: number[]
}

/** Sensors on the larger equipment, with the readings of the last days and what crossed a limit. */
export function addSensors(campus: Campus): Step[] {
  const steps: Step[] = []
  const readings: Readings = { series: [], of: [], at: [], value: [] }
  const first = campus.now.getTime() - DAYS * DAY_MS
  for (const equipment of campus.equipment) {
    const gauges = GAUGES[equipment.kind]
    if (gauges !== undefined) steps.push(...install(campus, equipment, gauges, first, readings))
  }
  campus.closings.push((client) => insertReadings(client, campus.organizationId, readings))
  return steps.toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

function install(
  campus: Campus,
  { asset, place }: Equipment,
  gauges: readonly Gauge[],
  first: number,
  readings: Readings,
): Step[] {
  const { organizationId, start, random, now } = campus
  let sensor: Sensor = {
    id: newId('sensor', start.getTime()),
    organizationId,
    name: `${asset.name} monitor`,
    locationId: asset.locationId,
    assetId: asset.id,
    groupId: null,
    externalId: `GW-${(readings.series.length + 1).toString().padStart(6, '0')}`,
    state: 'OFFLINE',
    staleAfterSeconds: STALE_AFTER_SECONDS,
    staleSince: null,
    staleCheckAt: null,
    version: 1,
    created: start,
    updated: start,
  }
  let metrics = gauges.map((about) => newMetric(sensor, about))
  const firstSeries = readings.series.length
  readings.series.push(...metrics.map(({ key }) => ({ sensorId: sensor.id, key })))
  const facts: Step['facts'] = []
  // Most never leave their limits; some do for an hour.
  const peakAt = random.chance(0.25) ? first + random.int(8, DAYS * 96 - 1) * INTERVAL_MS : Infinity
  const phase = random.next() * HOUR_MS
  for (let at = first; at < now.getTime(); at += INTERVAL_MS) {
    const hour = new Date(at + phase).getUTCHours()
    const isPeak = at >= peakAt && at < peakAt + HOUR_MS
    metrics = metrics.map((metric, index) => {
      const about = gauges[index]
      if (about === undefined) return metric
      const value = measure(about, hour, random.next() * 2 - 1, isPeak && index === 0)
      readings.of.push(firstSeries + index)
      readings.at.push(at)
      readings.value.push(value)
      return { ...metric, value, at: new Date(at), level: levelOf(value, metric) }
    })
    const state = stateOf(sensor, metrics, new Date(at))
    if (state === sensor.state) continue
    const after = { ...sensor, state, updated: new Date(at) }
    const known = withSeries(metrics)
    facts.push({
      at: new Date(at),
      definition: sensorStateChanged,
      subjectId: sensor.id,
      object: serializeSensor(after, known),
      previous: diffPayloads(
        serializeSensor(sensor, known),
        serializeSensor({ ...sensor, state }, known),
      ),
      facets: sensorFacets(after, place, asset.assetTypeId),
    })
    sensor = after
  }
  sensor = { ...sensor, staleCheckAt: staleAt(sensor, metrics) }
  const rows: Step['rows'] = [
    { table: 'sensor', values: sensor },
    ...metrics.map((values) => ({ table: 'sensor_metric' as const, values })),
  ]
  return [
    { at: start, rows, facts: [] },
    ...facts.map((fact) => ({ at: fact.at, rows: [], facts: [fact] })),
  ]
}

function newMetric(sensor: Sensor, { key, unit, bounds }: Gauge): Metric {
  const { organizationId, id: sensorId } = sensor
  return {
    organizationId,
    sensorId,
    key,
    unit,
    minimum: null,
    maximum: null,
    warningBelow: null,
    warningAbove: null,
    alarmBelow: null,
    alarmAbove: null,
    ...bounds,
    value: null,
    at: null,
    level: 0,
  }
}

/** The number of a series is given by the database and shows nowhere. */
function withSeries(metrics: readonly Metric[]): SensorMetric[] {
  return metrics.map((metric) => ({ ...metric, series: 0 }))
}

/** Warmest in the afternoon; a peak goes just beyond the nearest limit. */
function measure(
  { mean, swing, noise, bounds }: Gauge,
  hour: number,
  chance: number,
  isPeak: boolean,
) {
  const usual = mean + swing * Math.sin(((hour - 9) / 24) * 2 * Math.PI) * 0.6 + noise * chance
  const limit = bounds.warningAbove ?? bounds.warningBelow ?? mean
  return Math.round((isPeak ? limit + (limit - mean) * 0.1 : usual) * 100) / 100
}

const CHUNK = 50_000

/** Readings belong to series, which only the database knows by number. */
async function insertReadings(
  client: PoolClient,
  organizationId: string,
  { series, of, at, value }: Readings,
): Promise<void> {
  for (let from = 0; from < of.length; from += CHUNK) {
    const to = from + CHUNK
    const about = of.slice(from, to).map((index) => series[index])
    await client.query(
      `INSERT INTO sensor_reading (series, at, organization_id, value)
       SELECT metric.series, to_timestamp(reading.at / 1000), $1, reading.value
         FROM unnest($2::text[], $3::text[], $4::float8[], $5::float8[])
              AS reading (sensor_id, key, at, value)
         JOIN sensor_metric AS metric ON metric.organization_id = $1
          AND metric.sensor_id = reading.sensor_id AND metric.key = reading.key`,
      [
        organizationId,
        about.map((one) => one?.sensorId),
        about.map((one) => one?.key),
        at.slice(from, to),
        value.slice(from, to),
      ],
    )
  }
}
