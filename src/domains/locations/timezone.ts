import type { UnitOfWork } from '../../database/unit-of-work.ts'
import type { PlaceRef } from './events.ts'

/** The time zone in force at a place: its own, else the nearest one above it, else the organization's. */
export async function findTimezone(unit: UnitOfWork, place: PlaceRef): Promise<string> {
  const nearestFirst = [place.id, place.parentId, place.siteId].filter((id) => id !== null)
  const rows = await unit.tx.location.findMany({
    where: { id: { in: nearestFirst } },
    select: { id: true, timezone: true },
  })
  for (const id of nearestFirst) {
    const timezone = rows.find((row) => row.id === id)?.timezone
    if (timezone != null) return timezone
  }
  const organization = await unit.tx.organization.findUniqueOrThrow({
    where: { id: unit.organizationId },
    select: { timezone: true },
  })
  return organization.timezone
}
