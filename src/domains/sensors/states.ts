import { sensorCameBack, sensorFellSilent } from '../assets/automatic-status.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { Prisma, type Sensor } from '../../generated/prisma/client.ts'
import {
  groupReadingStale,
  groupStateChanged,
  sensorFacets,
  sensorReadingStale,
  sensorStateChanged,
  serializeGroup,
  serializeSensor,
} from './events.ts'
import { groupStateOf, staleAt, stateOf } from './rules.ts'
import { placeFacets } from '../locations/events.ts'

/**
 * Brings the states of some sensors up to date with their newest readings and the clock, and then
 * those of their groups. Locks sensors before groups, each in order of id, as everybody does.
 * @param now moment at which staleness is judged.
 */
export async function refreshSensors(
  unit: UnitOfWork,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return
  await unit.tx.$queryRaw(Prisma.sql`
    SELECT 1 FROM sensor WHERE id = ANY(${[...ids]}) AND organization_id = ${unit.organizationId}
     ORDER BY id FOR UPDATE`)
  const sensors = await unit.tx.sensor.findMany({
    where: { id: { in: [...ids] } },
    include: { metrics: true, location: true, asset: { select: { assetTypeId: true } } },
    orderBy: { id: 'asc' },
  })
  const groups = new Set<string>()
  const changed: Sensor[] = []
  for (const { metrics, location, asset, ...sensor } of sensors) {
    const state = stateOf(sensor, metrics, now)
    const silent = staleAt(sensor, metrics)
    const stale = silent !== null && silent <= now
    const after = {
      ...sensor,
      state,
      staleSince: stale ? (sensor.staleSince ?? now) : null,
      staleCheckAt: stale ? null : silent,
    }
    const before = serializeSensor(sensor, metrics)
    const told = diffPayloads(before, serializeSensor(after, metrics))
    if (told !== undefined) after.updated = unit.now
    if (told !== undefined || !isSame(after.staleCheckAt, sensor.staleCheckAt)) changed.push(after)
    if (told === undefined) continue
    const event = {
      subjectId: sensor.id,
      object: serializeSensor(after, metrics),
      facets: sensorFacets(sensor, location, asset?.assetTypeId),
    }
    const { staleSince, ...rest } = told
    if (stale && sensor.staleSince === null) {
      record(unit, sensorReadingStale, { ...event, previous: { staleSince } })
      if ('state' in rest) record(unit, sensorStateChanged, { ...event, previous: rest })
    } else {
      record(unit, sensorStateChanged, { ...event, previous: told })
    }
    if (sensor.groupId !== null) groups.add(sensor.groupId)
  }
  await saveStates(unit, changed)
  await refreshGroups(unit, [...groups], now)
  await moveAssets(unit, sensors, changed)
}

/** Assets whose status is automatic go offline with their sensors and come back with them. */
async function moveAssets(
  unit: UnitOfWork,
  before: readonly Pick<Sensor, 'id' | 'staleSince'>[],
  after: readonly Sensor[],
): Promise<void> {
  const old = new Map(before.map((sensor) => [sensor.id, sensor.staleSince]))
  // In the order of the assets: two of these wait for each other in one direction only.
  for (const { id, assetId, staleSince } of after.toSorted(byAsset)) {
    const wasStale = (old.get(id) ?? null) !== null
    if (!wasStale && staleSince !== null) await sensorFellSilent(unit, assetId, id)
    else if (wasStale && staleSince === null) await sensorCameBack(unit, assetId)
  }
}

const byAsset = (a: Sensor, b: Sensor) => ((a.assetId ?? '') < (b.assetId ?? '') ? -1 : 1)

const isSame = (a: Date | null, b: Date | null) => a?.getTime() === b?.getTime()

/** All in one statement: after an outage hundreds of sensors come back in one call. */
async function saveStates(unit: UnitOfWork, sensors: readonly Sensor[]): Promise<void> {
  if (sensors.length === 0) return
  const times = (pick: (sensor: Sensor) => Date | null) =>
    sensors.map((sensor) => pick(sensor)?.toISOString() ?? '')
  await unit.tx.$executeRaw(Prisma.sql`
    UPDATE sensor SET state = given.state::sensor_state, updated = given.updated::timestamptz,
                      stale_since = nullif(given.stale_since, '')::timestamptz,
                      stale_check_at = nullif(given.stale_check_at, '')::timestamptz
      FROM unnest(${sensors.map((sensor) => sensor.id)}::text[],
                  ${sensors.map((sensor) => sensor.state)}::text[],
                  ${times((sensor) => sensor.updated)}::text[],
                  ${times((sensor) => sensor.staleSince)}::text[],
                  ${times((sensor) => sensor.staleCheckAt)}::text[])
           AS given (id, state, updated, stale_since, stale_check_at)
     WHERE sensor.id = given.id AND sensor.organization_id = ${unit.organizationId}`)
}

/** Brings the states of some groups up to date with those of their members. */
export async function refreshGroups(
  unit: UnitOfWork,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return
  await unit.tx.$queryRaw(Prisma.sql`
    SELECT 1 FROM sensor_group WHERE id = ANY(${[...ids]}) AND organization_id = ${unit.organizationId}
     ORDER BY id FOR UPDATE`)
  const groups = await unit.tx.sensorGroup.findMany({
    where: { id: { in: [...ids] } },
    include: { sensors: { include: { metrics: true } }, location: true },
    orderBy: { id: 'asc' },
  })
  for (const { sensors, location, ...group } of groups) {
    const state = groupStateOf(sensors.map((sensor) => sensor.state))
    // Members that never reported say nothing; the group is silent when all others are.
    const stale = state === 'OFFLINE' && sensors.some((sensor) => sensor.staleSince !== null)
    const after = {
      ...group,
      state,
      staleSince: stale ? (group.staleSince ?? now) : null,
    }
    const told = diffPayloads(serializeGroup(group, sensors), serializeGroup(after, sensors))
    if (told === undefined) continue
    const saved = await unit.tx.sensorGroup.update({
      where: { id: group.id },
      data: { state, staleSince: after.staleSince, updated: unit.now },
    })
    const event = {
      subjectId: group.id,
      object: serializeGroup(saved, sensors),
      facets: placeFacets(location),
    }
    const { staleSince, ...changed } = told
    if (stale && group.staleSince === null) {
      record(unit, groupReadingStale, { ...event, previous: { staleSince } })
      if ('state' in changed) record(unit, groupStateChanged, { ...event, previous: changed })
    } else {
      record(unit, groupStateChanged, { ...event, previous: told })
    }
  }
}
