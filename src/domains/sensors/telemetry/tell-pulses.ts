import { type Backend, transaction, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { record } from '../../../events/record.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import type { SensorMetric } from '../../../generated/prisma/client.ts'
import type { Plan } from '../../../generated/prisma/enums.ts'
import { assetFacets } from '../../assets/events.ts'
import { placeFacets } from '../../locations/events.ts'
import {
  assetTelemetryUpdated,
  groupReadingUpdated,
  sensorFacets,
  sensorReadingUpdated,
  serializeGroup,
  serializeSensor,
  serializeTelemetry,
} from '../events.ts'

/** Least time between two telemetry events of one sensor, asset or group. */
const TELEMETRY_WINDOW_SECONDS = 10

/** Subjects told of in one transaction. */
const BATCH = 200

interface Pulse {
  subject_id: string
  kind: 'SENSOR' | 'ASSET' | 'GROUP'
  told: Record<string, number>
}

/**
 * Records sensor.reading.updated, asset.telemetry.updated and sensor.group.reading.updated of
 * everything that has new readings and was not told of in the last `windowSeconds`. Any number of
 * workers may run it: a pulse is locked, told and cleared in one transaction, and whoever finds it
 * locked leaves it.
 * @returns how many events were recorded.
 */
export async function tellPulses(
  backend: Backend,
  windowSeconds = TELEMETRY_WINDOW_SECONDS,
): Promise<number> {
  const { rows } = await backend.database.pool.query<{ id: string; plan: Plan }>(
    `SELECT id, plan FROM organization WHERE EXISTS (
       SELECT FROM telemetry_pulse WHERE organization_id = organization.id AND pending_since IS NOT NULL
          AND (told_at IS NULL OR told_at <= now() - make_interval(secs => $1)))`,
    [windowSeconds],
  )
  let told = 0
  for (const { id: organizationId, plan } of rows) {
    for (;;) {
      const batch = await transaction(backend, { kind: 'system', organizationId, plan }, (unit) =>
        tellBatch(unit, windowSeconds),
      )
      told += batch.told
      if (batch.taken < BATCH) break
    }
  }
  return told
}

async function tellBatch(
  unit: UnitOfWork,
  windowSeconds: number,
): Promise<{ taken: number; told: number }> {
  const pulses = await unit.tx.$queryRaw<Pulse[]>(Prisma.sql`
    SELECT subject_id, kind, told FROM telemetry_pulse
     WHERE organization_id = ${unit.organizationId} AND pending_since IS NOT NULL
       AND (told_at IS NULL OR told_at <= now() - make_interval(secs => ${windowSeconds}::float8))
     ORDER BY told_at NULLS FIRST LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`)
  if (pulses.length === 0) return { taken: 0, told: 0 }
  const ids = (kind: Pulse['kind']) =>
    pulses.filter((pulse) => pulse.kind === kind).map((pulse) => pulse.subject_id)
  const marks = new Map<string, Record<string, number>>()
  const before = new Map(pulses.map((pulse) => [pulse.subject_id, pulse.told]))
  /** Metrics with a newer reading than the one last told; notes that it is told now. */
  const news = (subjectId: string, metrics: readonly SensorMetric[]): SensorMetric[] => {
    const old = before.get(subjectId) ?? {}
    const reported = metrics.filter((metric) => metric.at !== null)
    marks.set(
      subjectId,
      Object.fromEntries(reported.map(({ series, at }) => [series, at?.getTime() ?? 0])),
    )
    return reported.filter(({ series, at }) => old[series] !== at?.getTime())
  }
  let told = 0
  const sensors = await unit.tx.sensor.findMany({
    where: { id: { in: ids('SENSOR') } },
    include: { metrics: true, location: true, asset: { select: { assetTypeId: true } } },
  })
  for (const { metrics, location, asset, ...sensor } of sensors) {
    if (news(sensor.id, metrics).length === 0) continue
    told += 1
    record(unit, sensorReadingUpdated, {
      subjectId: sensor.id,
      object: serializeSensor(sensor, metrics),
      facets: sensorFacets(sensor, location, asset?.assetTypeId),
    })
  }
  const assets = await unit.tx.asset.findMany({
    where: { id: { in: ids('ASSET') }, deletedAt: null },
    include: { sensors: { include: { metrics: true } }, location: true },
  })
  for (const { sensors: own, location, ...asset } of assets) {
    const metrics = own.flatMap((sensor) => sensor.metrics)
    const changed = news(asset.id, metrics)
    if (changed.length === 0) continue
    told += 1
    record(unit, assetTelemetryUpdated, {
      subjectId: asset.id,
      object: serializeTelemetry(asset, metrics, changed),
      facets: assetFacets(asset, location),
    })
  }
  const groups = await unit.tx.sensorGroup.findMany({
    where: { id: { in: ids('GROUP') } },
    include: { sensors: { include: { metrics: true } }, location: true },
  })
  for (const { sensors: members, location, ...group } of groups) {
    const changed = news(
      group.id,
      members.flatMap((sensor) => sensor.metrics),
    )
    if (changed.length === 0) continue
    told += 1
    record(unit, groupReadingUpdated, {
      subjectId: group.id,
      object: serializeGroup(group, members),
      facets: placeFacets(location),
    })
  }
  const taken = pulses.map((pulse) => pulse.subject_id)
  await unit.tx.$executeRaw(Prisma.sql`
    UPDATE telemetry_pulse AS pulse
       SET pending_since = NULL, told_at = now(), told = given.told::jsonb
      FROM unnest(${taken}::text[], ${taken.map((id) => JSON.stringify(marks.get(id) ?? {}))}::text[])
           AS given (subject_id, told)
     WHERE pulse.subject_id = given.subject_id`)
  const gone = taken.filter((id) => !marks.has(id))
  if (gone.length > 0)
    await unit.tx.telemetryPulse.deleteMany({ where: { subjectId: { in: gone } } })
  return { taken: pulses.length, told }
}
