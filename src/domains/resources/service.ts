import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { notFound } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { Prisma, type Resource } from '../../generated/prisma/client.ts'
import { findLocation } from '../locations/service.ts'
import { applyMaxConcurrent, demandUnused } from './booked.ts'
import {
  resourceCreated,
  resourceDeleted,
  resourceFacets,
  resourceReservableStatusChanged,
  resourceUpdated,
  serializeResource,
} from './events.ts'
import { changesOf } from './fields.ts'
import type { CreateResourceInput, UpdateResourceInput } from './commands.ts'
import { demandOpenHours, orderOpenHours } from './open-hours.ts'
import { demandSettings } from './rules.ts'
import { withdrawResource } from './services/service.ts'

const DEFAULTS = {
  description: null,
  type: 'ROOM',
  capacity: null,
  reservableStatus: 'RESERVABLE',
  requiresApproval: false,
  requiresCheckIn: false,
  checkInOpensMinutes: 15,
  releaseAfterMinutes: 15,
  bufferMinutes: 0,
  reminderMinutes: null,
  minMinutes: null,
  maxMinutes: null,
  maxAdvanceDays: null,
  openHours: null,
  maxConcurrent: 1,
  archivedAt: null,
  version: 1,
} as const

export async function createResource(
  unit: UnitOfWork,
  input: CreateResourceInput,
): Promise<Resource> {
  const location = await findLocation(unit, input.locationId, 'locationId')
  const given = settingsOf(input)
  const data: Resource = {
    ...DEFAULTS,
    ...given,
    id: newId('resource', unit.now.getTime()),
    organizationId: unit.organizationId,
    name: input.name,
    locationId: location.id,
    created: unit.now,
    updated: unit.now,
  }
  demandSettings(data)
  const resource = await unit.tx.resource.create({ data: { ...data, ...storedHours(data) } })
  record(unit, resourceCreated, {
    subjectId: resource.id,
    object: serializeResource(resource),
    facets: resourceFacets(resource, location),
  })
  return resource
}

/** Changes details; a new reservable status is told by its own event, everything else by another. */
export async function updateResource(
  unit: UnitOfWork,
  input: UpdateResourceInput,
): Promise<Resource> {
  const before = await lockResource(unit, input.id)
  const location = await findLocation(unit, input.locationId ?? before.locationId, 'locationId')
  const after: Resource = { ...before, ...settingsOf(changesOf(input)) }
  demandSettings(after)
  const previous = diffPayloads(serializeResource(before), serializeResource(after))
  if (previous === undefined) return before
  if (after.maxConcurrent !== before.maxConcurrent) {
    await applyMaxConcurrent(unit, before, after.maxConcurrent)
  }
  const { id, organizationId: _organization, created: _created, ...data } = after
  const resource = await unit.tx.resource.update({
    where: { id },
    data: { ...data, ...storedHours(after), updated: unit.now, version: before.version + 1 },
  })
  const { reservableStatus, ...details } = previous
  const event = {
    subjectId: id,
    object: serializeResource(resource),
    facets: resourceFacets(resource, location),
  }
  if (reservableStatus !== undefined) {
    record(unit, resourceReservableStatusChanged, { ...event, previous: { reservableStatus } })
  }
  if (Object.keys(details).length > 0) {
    record(unit, resourceUpdated, { ...event, previous: details })
  }
  return resource
}

/**
 * Removes a resource; one that bookings tell of is archived instead and stays readable.
 * @throws DomainError CONFLICT listing the bookings and shifts that are planned for it.
 */
export async function deleteResource(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const resource = await lockResource(unit, input.id)
  const remembered = await demandUnused(unit, resource)
  const location = await findLocation(unit, resource.locationId, 'locationId')
  await withdrawResource(unit, resource.id)
  if (remembered) {
    await unit.tx.resource.update({
      where: { id: resource.id },
      data: { archivedAt: unit.now, updated: unit.now, version: resource.version + 1 },
    })
  } else {
    await unit.tx.resource.delete({ where: { id: resource.id } })
  }
  record(unit, resourceDeleted, {
    subjectId: resource.id,
    object: { id: resource.id, deleted: true },
    facets: resourceFacets(resource, location),
  })
  return resource.id
}

/** @throws DomainError NOT_FOUND naming the input field that held the id; a deleted one is not found. */
export async function findResource(unit: UnitOfWork, id: string, field: string): Promise<Resource> {
  const resource = await unit.tx.resource.findUnique({ where: { id } })
  if (resource === null || resource.archivedAt !== null) throw notFound('Resource', id, field)
  return resource
}

async function lockResource(unit: UnitOfWork, id: string): Promise<Resource> {
  if (!(await lockRow(unit, 'resource', id))) throw notFound('Resource', id)
  return findResource(unit, id, 'id')
}

/** The given settings in stored form: what was not given is absent. */
function settingsOf(given: Partial<CreateResourceInput | UpdateResourceInput>): Partial<Resource> {
  if (given.openHours != null) demandOpenHours(given.openHours)
  return Object.fromEntries(
    Object.entries({
      ...given,
      openHours: given.openHours == null ? given.openHours : orderOpenHours(given.openHours),
    }).filter(([, value]) => value !== undefined),
  )
}

/** Prisma takes an absent JSON value in a form of its own. */
function storedHours({ openHours }: Resource) {
  return { openHours: openHours ?? Prisma.DbNull }
}
