import { demandWorkableAsset } from '../assets/service.ts'
import { newId } from '../../database/ids.ts'
import { unlessTaken } from '../../database/unique.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { Prisma, type Sensor, type SensorMetric } from '../../generated/prisma/client.ts'
import { findLocation } from '../locations/service.ts'
import { findGroup } from './groups/service.ts'
import type { CreateSensorInput, MetricInput, UpdateSensorInput } from './commands.ts'
import { levelOf } from './rules.ts'
import { refreshGroups, refreshSensors } from './states.ts'

/** Adds a sensor with what it measures. It is OFFLINE until its first reading. */
export async function createSensor(unit: UnitOfWork, input: CreateSensorInput): Promise<Sensor> {
  const place = await findLocation(unit, input.locationId, 'locationId')
  if (input.assetId != null) await demandWorkableAsset(unit, input.assetId, 'assetId')
  if (input.groupId != null) await findGroup(unit, input.groupId, 'groupId')
  await demandFreeExternalId(unit, input.externalId)
  const sensor = await unlessTaken(
    unit.tx.sensor.create({
      data: {
        id: newId('sensor', unit.now.getTime()),
        organizationId: unit.organizationId,
        name: input.name,
        locationId: place.id,
        assetId: input.assetId ?? null,
        groupId: input.groupId ?? null,
        externalId: input.externalId ?? null,
        ...(input.staleAfterSeconds === undefined
          ? {}
          : { staleAfterSeconds: input.staleAfterSeconds }),
        created: unit.now,
        updated: unit.now,
      },
    }),
    () => externalIdTaken(input.externalId ?? '', []),
  )
  await unit.tx.sensorMetric.createMany({
    data: input.metrics.map((metric) => ({
      ...metric,
      organizationId: unit.organizationId,
      sensorId: sensor.id,
    })),
  })
  return sensor
}

/**
 * Changes a sensor. Metrics given replace the old ones; one of the same key keeps its readings.
 * New limits and another group take effect at once, with the events that follow from them.
 */
export async function updateSensor(unit: UnitOfWork, input: UpdateSensorInput): Promise<Sensor> {
  const before = await lockSensor(unit, input.id)
  const { id, metrics, ...given } = input
  const changes = Object.fromEntries(
    Object.entries(given).filter(
      ([key, value]) => value !== undefined && value !== Reflect.get(before, key),
    ),
  )
  const after: Sensor = { ...before, ...changes }
  if ('locationId' in changes) await findLocation(unit, after.locationId, 'locationId')
  if ('assetId' in changes && after.assetId !== null) {
    await demandWorkableAsset(unit, after.assetId, 'assetId')
  }
  if ('groupId' in changes && after.groupId !== null) {
    await findGroup(unit, after.groupId, 'groupId')
  }
  if ('externalId' in changes) await demandFreeExternalId(unit, after.externalId)
  const measuresAnew = metrics !== undefined && (await replaceMetrics(unit, id, metrics))
  if (Object.keys(changes).length === 0 && !measuresAnew) return before
  await unlessTaken(
    unit.tx.sensor.update({
      where: { id },
      data: { ...changes, updated: unit.now, version: { increment: 1 } },
    }),
    () => externalIdTaken(after.externalId ?? '', []),
  )
  await refreshSensors(unit, [id], unit.now)
  const moved = [before.groupId, after.groupId].filter((group) => group !== null)
  if (before.groupId !== after.groupId) await refreshGroups(unit, moved, unit.now)
  return unit.tx.sensor.findUniqueOrThrow({ where: { id } })
}

/** Removes a sensor with its rules; its readings go with their days. */
export async function deleteSensor(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const sensor = await lockSensor(unit, input.id)
  await unit.tx.telemetryPulse.deleteMany({ where: { subjectId: sensor.id } })
  await unit.tx.sensor.delete({ where: { id: sensor.id } })
  if (sensor.groupId !== null) await refreshGroups(unit, [sensor.groupId], unit.now)
  return sensor.id
}

/** Locks a sensor in the order in which readings do: series, pulse, sensor. */
async function lockSensor(unit: UnitOfWork, id: string): Promise<Sensor> {
  await unit.tx.$queryRaw(Prisma.sql`
    SELECT 1 FROM sensor_metric WHERE sensor_id = ${id} AND organization_id = ${unit.organizationId}
     ORDER BY series FOR UPDATE`)
  await unit.tx.$queryRaw(Prisma.sql`
    SELECT 1 FROM telemetry_pulse
     WHERE subject_id = ${id} AND organization_id = ${unit.organizationId} FOR UPDATE`)
  if (!(await lockRow(unit, 'sensor', id))) throw notFound('Sensor', id)
  return unit.tx.sensor.findUniqueOrThrow({ where: { id } })
}

/** @returns whether anything changed. */
async function replaceMetrics(
  unit: UnitOfWork,
  sensorId: string,
  metrics: readonly MetricInput[],
): Promise<boolean> {
  const old = await unit.tx.sensorMetric.findMany({ where: { sensorId } })
  const known = new Map(old.map((metric) => [metric.key, metric]))
  let changed = false
  for (const metric of metrics) {
    const before = known.get(metric.key)
    known.delete(metric.key)
    if (before === undefined) {
      await unit.tx.sensorMetric.create({
        data: { ...metric, organizationId: unit.organizationId, sensorId },
      })
    } else if (differs(before, metric)) {
      await unit.tx.sensorMetric.update({
        where: { series: before.series },
        data: { ...metric, level: before.value === null ? 0 : levelOf(before.value, metric) },
      })
    } else continue
    changed = true
  }
  const gone = [...known.values()].map((metric) => metric.series)
  if (gone.length > 0) await unit.tx.sensorMetric.deleteMany({ where: { series: { in: gone } } })
  return changed || gone.length > 0
}

function differs(before: SensorMetric, after: MetricInput): boolean {
  return Object.entries(after).some(([key, value]) => Reflect.get(before, key) !== value)
}

async function demandFreeExternalId(
  unit: UnitOfWork,
  externalId: string | null | undefined,
): Promise<void> {
  if (externalId == null) return
  const holder = await unit.tx.sensor.findFirst({ where: { externalId } })
  if (holder !== null) throw externalIdTaken(externalId, [holder.id])
}

function externalIdTaken(externalId: string, ids: readonly string[]): DomainError {
  return new DomainError(
    `External id ${externalId} belongs to another sensor`,
    { code: 'CONFLICT', ids },
    ['input', 'externalId'],
  )
}
