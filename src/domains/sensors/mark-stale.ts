import type { Backend } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { refreshSensors } from './states.ts'

/**
 * Looks at the sensors whose time may be up: those that reported meanwhile get a new time, the
 * others become stale, which is told once. Whoever is being reported for right now is left alone.
 */
export const staleSensors = defineSweep({
  name: 'stale sensors',
  everyMs: 5_000,
  batch: 200,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`telemetry_pulse AS pulse JOIN sensor ON sensor.id = pulse.subject_id`,
    id: Prisma.sql`sensor.id`,
    organization: Prisma.sql`sensor.organization_id`,
    where: Prisma.sql`sensor.stale_check_at <= ${now}`,
    order: Prisma.sql`sensor.id`,
    // The pulse first: it is what a call that brings readings holds, see recordTelemetry.
    lock: Prisma.sql`FOR UPDATE OF pulse`,
  }),
  work: (unit, rows: { id: string }[]) =>
    refreshSensors(
      unit,
      rows.map((row) => row.id),
      unit.now,
    ),
})

/** @returns how many were looked at */
export const markStale = (backend: Backend, now?: Date) => staleSensors.at(backend, undefined, now)
