import { z } from 'zod'
import { assetPayload, type AssetPayload, serializeAsset } from '../assets/events.ts'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Asset, Sensor, SensorGroup, SensorMetric } from '../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../locations/events.ts'
import { aggregate, lastReadingAt } from './rules.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)
const state = z.enum(['Ok', 'Warning', 'Alarm', 'Offline'])

const reading = z.object({
  value: z.number(),
  unit: z.string().optional(),
  at: seconds('When it was measured'),
})
type ReadingPayload = z.infer<typeof reading>

const sensorPayload = z.object({
  id: z.string(),
  name: z.string(),
  locationId: z.string(),
  assetId: z.string().optional(),
  groupId: z.string().optional(),
  externalId: z.string().optional().describe('Its id on the gateway or in another system.'),
  state,
  staleSince: seconds('When its newest reading became too old').optional(),
  lastReadingAt: seconds('Its newest reading').optional(),
  readings: z.record(z.string(), reading).describe('The newest reading of each metric.'),
  created: seconds('Creation'),
  updated: seconds('Last change of settings or state'),
})
type SensorPayload = z.infer<typeof sensorPayload>

/** The one shape in which a sensor appears in events. */
export function serializeSensor(sensor: Sensor, metrics: readonly SensorMetric[]): SensorPayload {
  const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
  return omitEmpty({
    id: sensor.id,
    name: sensor.name,
    locationId: sensor.locationId,
    assetId: sensor.assetId,
    groupId: sensor.groupId,
    externalId: sensor.externalId,
    state: state.parse(toPascalCase(sensor.state)),
    staleSince: at(sensor.staleSince),
    lastReadingAt: at(lastReadingAt(metrics)),
    readings: readingsOf(metrics),
    created: toUnixSeconds(sensor.created),
    updated: toUnixSeconds(sensor.updated),
  })
}

function readingsOf(metrics: readonly SensorMetric[]): Record<string, ReadingPayload> {
  return Object.fromEntries(
    metrics.flatMap(({ key, value, unit, at }): [string, ReadingPayload][] =>
      value === null || at === null
        ? []
        : [[key, { value, ...(unit === null ? {} : { unit }), at: toUnixSeconds(at) }]],
    ),
  )
}

export function sensorFacets(
  sensor: Pick<Sensor, 'assetId'>,
  place: PlaceRef,
  assetTypeId?: string,
): FacetsOf<'location' | 'site' | 'asset' | 'assetType'> {
  return {
    ...placeFacets(place),
    ...(sensor.assetId === null ? {} : { asset: [sensor.assetId] }),
    ...(assetTypeId === undefined ? {} : { assetType: [assetTypeId] }),
  }
}

const groupPayload = z.object({
  id: z.string(),
  name: z.string(),
  locationId: z.string(),
  aggregation: z.enum(['Average', 'Sum', 'Minimum', 'Maximum']),
  state,
  staleSince: seconds('When the last of its members fell silent').optional(),
  sensorIds: z.array(z.string()).describe('Its members.'),
  readings: z
    .record(z.string(), reading.extend({ sensors: z.int().describe('Members in this value.') }))
    .describe('One value per metric, made of the newest readings of all members that are online.'),
  created: seconds('Creation'),
  updated: seconds('Last change of settings or state'),
})
type GroupPayload = z.infer<typeof groupPayload>

/** A group with everything its value is made of. */
export type GroupMembers = (Sensor & { metrics: SensorMetric[] })[]

/** The one shape in which a sensor group appears in events. */
export function serializeGroup(group: SensorGroup, members: GroupMembers): GroupPayload {
  return omitEmpty({
    id: group.id,
    name: group.name,
    locationId: group.locationId,
    aggregation: groupPayload.shape.aggregation.parse(toPascalCase(group.aggregation)),
    state: state.parse(toPascalCase(group.state)),
    staleSince: group.staleSince === null ? null : toUnixSeconds(group.staleSince),
    sensorIds: members.map((member) => member.id).toSorted(),
    readings: groupReadings(group, members),
    created: toUnixSeconds(group.created),
    updated: toUnixSeconds(group.updated),
  })
}

/** One value per metric of the members that are online. */
export function groupReadings(
  group: Pick<SensorGroup, 'aggregation'>,
  members: GroupMembers,
): GroupPayload['readings'] {
  const byKey = Map.groupBy(
    members.filter((member) => member.state !== 'OFFLINE').flatMap((member) => member.metrics),
    (metric) => metric.key,
  )
  const readings: GroupPayload['readings'] = {}
  for (const [key, metrics] of byKey) {
    const latest = lastReadingAt(metrics)
    if (latest === null) continue
    const values = metrics.flatMap((metric) => (metric.value === null ? [] : [metric.value]))
    const unit = metrics.find((metric) => metric.unit !== null)?.unit
    readings[key] = {
      value: aggregate(group.aggregation, values),
      ...(unit == null ? {} : { unit }),
      at: toUnixSeconds(latest),
      sensors: values.length,
    }
  }
  return readings
}

const telemetryPayload = assetPayload
  .pick({
    id: true,
    name: true,
    assetTypeId: true,
    locationId: true,
    status: true,
    created: true,
    updated: true,
  })
  .extend({
    telemetry: z
      .record(z.string(), reading.extend({ sensorId: z.string() }))
      .describe('The newest reading of each metric of all its sensors.'),
    changed: z.array(z.string()).describe('Metrics with a new reading since the last such event.'),
    sensorId: z.string().describe('Sensor of the newest reading.'),
  })
type TelemetryPayload = z.infer<typeof telemetryPayload>

/** The newest readings of an asset, whichever of its sensors measured them. */
export function serializeTelemetry(
  asset: Asset,
  metrics: readonly SensorMetric[],
  changed: readonly SensorMetric[],
): TelemetryPayload {
  const telemetry: TelemetryPayload['telemetry'] = {}
  const inOrder = metrics.toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))
  for (const metric of inOrder) {
    for (const [key, value] of Object.entries(readingsOf([metric]))) {
      telemetry[key] = { ...value, sensorId: metric.sensorId }
    }
  }
  const { id, name, assetTypeId, locationId, status, created, updated }: AssetPayload =
    serializeAsset(asset)
  return {
    id,
    name,
    assetTypeId,
    locationId,
    status,
    telemetry,
    changed: [...new Set(changed.map((metric) => metric.key))].toSorted(),
    sensorId: inOrder.findLast((metric) => changed.includes(metric))?.sensorId ?? '',
    created,
    updated,
  }
}

const exampleSensor: SensorPayload = {
  id: 'sns-8r2w5k1',
  name: 'Supply air',
  locationId: 'loc-2f7k1m9',
  assetId: 'ast-5c8n2v7',
  state: 'Ok',
  lastReadingAt: 1_780_000_000,
  readings: { temperature: { value: 21.4, unit: '°C', at: 1_780_000_000 } },
  created: 1_770_000_000,
  updated: 1_775_000_000,
}

const aboutSensor = {
  scopes: ['sensors:read'],
  payload: sensorPayload,
  facets: [...PLACE_FACETS, 'asset', 'assetType'],
} as const

export const sensorReadingUpdated = defineEvent({
  ...aboutSensor,
  type: 'sensor.reading.updated',
  description:
    'A sensor has new readings. At most one such event per sensor every 10 seconds, with the newest values.',
  example: exampleSensor,
})

export const sensorReadingStale = defineEvent({
  ...aboutSensor,
  type: 'sensor.reading.stale',
  description: 'A sensor fell silent for longer than it should. Once, until it reports again.',
  example: { ...exampleSensor, state: 'Offline', staleSince: 1_780_000_900 },
  previousExample: { staleSince: null },
})

export const sensorStateChanged = defineEvent({
  ...aboutSensor,
  type: 'sensor.state.changed',
  description: 'A reading crossed a limit of its metric, or the sensor fell silent or came back.',
  example: { ...exampleSensor, state: 'Warning' },
  previousExample: { state: 'Ok' },
})

const exampleGroup: GroupPayload = {
  id: 'sgr-1d6j9q3',
  name: 'Open office',
  locationId: 'loc-2f7k1m9',
  aggregation: 'Sum',
  state: 'Ok',
  sensorIds: ['sns-8r2w5k1', 'sns-4b7m2c9'],
  readings: { occupancy: { value: 17, at: 1_780_000_000, sensors: 2 } },
  created: 1_770_000_000,
  updated: 1_775_000_000,
}

const aboutGroup = {
  scopes: ['sensors:read'],
  payload: groupPayload,
  facets: PLACE_FACETS,
} as const

export const groupReadingUpdated = defineEvent({
  ...aboutGroup,
  type: 'sensor.group.reading.updated',
  description:
    'Members of a sensor group have new readings. At most one such event per group every 10 seconds.',
  example: exampleGroup,
})

export const groupReadingStale = defineEvent({
  ...aboutGroup,
  type: 'sensor.group.reading.stale',
  description: 'The last member of a sensor group fell silent. Once, until one reports again.',
  example: { ...exampleGroup, state: 'Offline', readings: {}, staleSince: 1_780_000_900 },
  previousExample: { staleSince: null },
})

export const groupStateChanged = defineEvent({
  ...aboutGroup,
  type: 'sensor.group.state.changed',
  description: 'The worst state among the members of a sensor group changed.',
  example: { ...exampleGroup, state: 'Alarm' },
  previousExample: { state: 'Ok' },
})

export const assetTelemetryUpdated = defineEvent({
  type: 'asset.telemetry.updated',
  description:
    'Sensors of an asset have new readings. At most one such event per asset every 10 seconds, with the newest values.',
  scopes: ['assets:read'],
  payload: telemetryPayload,
  example: {
    id: 'ast-5c8n2v7',
    name: 'Chiller 2',
    assetTypeId: 'at-3k9p1x6',
    locationId: 'loc-2f7k1m9',
    status: 'Online',
    telemetry: {
      temperature: { value: 6.2, unit: '°C', at: 1_780_000_000, sensorId: 'sns-8r2w5k1' },
      pressure: { value: 3.1, unit: 'bar', at: 1_779_999_940, sensorId: 'sns-4b7m2c9' },
    },
    changed: ['temperature'],
    sensorId: 'sns-8r2w5k1',
    created: 1_770_000_000,
    updated: 1_775_000_000,
  },
  facets: [...PLACE_FACETS, 'asset', 'assetType'],
})
