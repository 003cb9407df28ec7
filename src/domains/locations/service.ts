import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import type { Location } from '../../generated/prisma/client.ts'
import {
  locationCreated,
  locationDeleted,
  placeFacets,
  locationUpdated,
  serializeLocation,
} from './events.ts'
import type { CreateLocationInput, UpdateLocationInput } from './commands.ts'
import { demandFittingParent, demandTimezone } from './rules.ts'

export async function createLocation(
  unit: UnitOfWork,
  input: CreateLocationInput,
): Promise<Location> {
  const parent =
    input.parentId == null ? undefined : await findLocation(unit, input.parentId, 'parentId')
  demandFittingParent(input.kind, parent?.kind)
  demandTimezone(input.timezone)
  const id = newId('location')
  const location = await unit.tx.location.create({
    data: {
      id,
      organizationId: unit.organizationId,
      name: input.name,
      kind: input.kind,
      parentId: parent?.id ?? null,
      siteId: parent?.siteId ?? id,
      address: input.address ?? null,
      timezone: input.timezone ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, locationCreated, {
    subjectId: id,
    object: serializeLocation(location),
    facets: placeFacets(location),
  })
  return location
}

export async function updateLocation(
  unit: UnitOfWork,
  input: UpdateLocationInput,
): Promise<Location> {
  const before = await lockLocation(unit, input.id)
  demandTimezone(input.timezone)
  const { name, address, timezone } = input
  const changed = { ...before, ...(name === undefined ? {} : { name }) }
  if (address !== undefined) changed.address = address
  if (timezone !== undefined) changed.timezone = timezone
  const previous = diffPayloads(serializeLocation(before), serializeLocation(changed))
  if (previous === undefined) return before
  const location = await unit.tx.location.update({
    where: { id: before.id },
    data: {
      name: changed.name,
      address: changed.address,
      timezone: changed.timezone,
      updated: unit.now,
      version: { increment: 1 },
    },
  })
  record(unit, locationUpdated, {
    subjectId: location.id,
    object: serializeLocation(location),
    previous,
    facets: placeFacets(location),
  })
  return location
}

/** @throws DomainError CONFLICT listing what the place still holds. */
export async function deleteLocation(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const location = await lockLocation(unit, input.id)
  const some = { where: { locationId: location.id }, select: { id: true }, take: 20 } as const
  const held = [
    await unit.tx.location.findMany({ ...some, where: { parentId: location.id } }),
    await unit.tx.asset.findMany(some),
    await unit.tx.sensor.findMany(some),
    await unit.tx.sensorGroup.findMany(some),
    await unit.tx.device.findMany(some),
    await unit.tx.workOrder.findMany(some),
    await unit.tx.workRequest.findMany(some),
    await unit.tx.maintenanceSchedule.findMany(some),
    await unit.tx.slaPolicy.findMany(some),
    await unit.tx.resource.findMany(some),
    await unit.tx.visitor.findMany(some),
    await unit.tx.visitorInvitation.findMany(some),
    await unit.tx.visitorBlock.findMany({ ...some, where: { siteId: location.id } }),
    await unit.tx.manager.findMany(some),
  ].flatMap((rows) => rows.map((row) => row.id))
  if (held.length > 0) {
    throw new DomainError(
      `${location.name} still holds ${held.length < 20 ? held.length : 'at least 20'} records`,
      { code: 'CONFLICT', ids: held },
      ['input', 'id'],
    )
  }
  await unit.tx.location.delete({ where: { id: location.id } })
  record(unit, locationDeleted, {
    subjectId: location.id,
    object: { id: location.id, deleted: true },
    facets: placeFacets(location),
  })
  return location.id
}

/** @throws DomainError NOT_FOUND naming the input field that held the id. */
export async function findLocation(unit: UnitOfWork, id: string, field: string): Promise<Location> {
  const location = await unit.tx.location.findUnique({ where: { id } })
  if (location === null) throw notFound('Location', id, field)
  return location
}

async function lockLocation(unit: UnitOfWork, id: string): Promise<Location> {
  if (!(await lockRow(unit, 'location', id))) throw notFound('Location', id)
  return findLocation(unit, id, 'id')
}
