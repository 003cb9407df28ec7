import type { Backend, UnitOfWork } from '../../../database/unit-of-work.ts'
import { record } from '../../../events/record.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import type { SensorMetric } from '../../../generated/prisma/client.ts'
import { defineSweep } from '../../../sweep/define.ts'
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
  id: string
  kind: 'SENSOR' | 'ASSET' | 'GROUP'
  told: Record<string, number>
}

/**
 * Records sensor.reading.updated, asset.telemetry.updated and sensor.group.reading.updated of
 * everything that has new readings and was not told of within the window. A pulse is locked, told and
 * cleared in one transaction.
 */
export const pulses = defineSweep({
  name: 'telemetry events',
  everyMs: 1_000,
  batch: BATCH,
  settings: () => TELEMETRY_WINDOW_SECONDS,
  due: (_now, windowSeconds) => ({
    from: Prisma.sql`telemetry_pulse AS pulse`,
    id: Prisma.sql`pulse.subject_id`,
    organization: Prisma.sql`pulse.organization_id`,
    columns: Prisma.sql`pulse.kind, pulse.told`,
    where: Prisma.sql`pending_since IS NOT NULL AND (told_at IS NULL
      OR told_at <= now() - make_interval(secs => ${windowSeconds}::float8))`,
    order: Prisma.sql`told_at NULLS FIRST, pulse.subject_id`,
    lock: Prisma.sql`FOR UPDATE OF pulse`,
  }),
  work: tellBatch,
})

export const tellPulses = (backend: Backend, windowSeconds = TELEMETRY_WINDOW_SECONDS) =>
  pulses.at(backend, windowSeconds)

async function tellBatch(unit: UnitOfWork, taken: Pulse[]): Promise<void> {
  const ids = (kind: Pulse['kind']) =>
    taken.filter((pulse) => pulse.kind === kind).map((pulse) => pulse.id)
  const marks = new Map<string, Record<string, number>>()
  const before = new Map(taken.map((pulse) => [pulse.id, pulse.told]))
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
  const sensors = await unit.tx.sensor.findMany({
    where: { id: { in: ids('SENSOR') } },
    include: { metrics: true, location: true, asset: { select: { assetTypeId: true } } },
  })
  for (const { metrics, location, asset, ...sensor } of sensors) {
    if (news(sensor.id, metrics).length === 0) continue
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
    record(unit, groupReadingUpdated, {
      subjectId: group.id,
      object: serializeGroup(group, members),
      facets: placeFacets(location),
    })
  }
  const subjects = taken.map((pulse) => pulse.id)
  await unit.tx.$executeRaw(Prisma.sql`
    UPDATE telemetry_pulse AS pulse
       SET pending_since = NULL, told_at = now(), told = given.told::jsonb
      FROM unnest(${subjects}::text[], ${subjects.map((id) => JSON.stringify(marks.get(id) ?? {}))}::text[])
           AS given (subject_id, told)
     WHERE pulse.subject_id = given.subject_id`)
  const gone = subjects.filter((id) => !marks.has(id))
  if (gone.length > 0)
    await unit.tx.telemetryPulse.deleteMany({ where: { subjectId: { in: gone } } })
}
