import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import { changesOf } from '../fields.ts'
import {
  type OfferedService,
  serializeService,
  serviceCreated,
  serviceDeleted,
  serviceUpdated,
} from './events.ts'
import type { CreateServiceInput, UpdateServiceInput } from './commands.ts'

export async function createService(
  unit: UnitOfWork,
  input: CreateServiceInput,
): Promise<OfferedService> {
  if (input.groupId != null) await demandGroup(unit, input.groupId)
  const resourceIds = await demandResources(unit, input.resourceIds ?? [])
  const row = await unit.tx.service.create({
    data: {
      id: newId('service', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      description: input.description ?? null,
      groupId: input.groupId ?? null,
      durationMinutes: input.durationMinutes ?? null,
      priceCents: input.priceCents ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  const service = { ...row, resourceIds }
  await offerWith(unit, service)
  tell(unit, serviceCreated, service)
  return service
}

export async function updateService(
  unit: UnitOfWork,
  input: UpdateServiceInput,
): Promise<OfferedService> {
  const before = await lockService(unit, input.id)
  const changes = changesOf(input)
  if (changes.groupId != null) await demandGroup(unit, changes.groupId)
  const after: OfferedService = { ...before, ...changes }
  after.resourceIds = await demandResources(unit, after.resourceIds)
  const previous = diffPayloads(serializeService(before), serializeService(after))
  if (previous === undefined) return before
  const { id, organizationId: _organization, created: _created, resourceIds, ...data } = after
  const row = await unit.tx.service.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.version + 1 },
  })
  if (previous['resourceIds'] !== undefined) {
    await unit.tx.serviceResource.deleteMany({ where: { serviceId: id } })
    await offerWith(unit, after)
  }
  const service = { ...row, resourceIds }
  tell(unit, serviceUpdated, service, previous)
  return service
}

export async function deleteService(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const service = await lockService(unit, input.id)
  await unit.tx.service.delete({ where: { id: service.id } })
  record(unit, serviceDeleted, {
    subjectId: service.id,
    object: { id: service.id, deleted: true },
    facets: { resource: service.resourceIds },
  })
  return service.id
}

/** Takes a resource that is going out of every service that is offered with it. */
export async function withdrawResource(unit: UnitOfWork, resourceId: string): Promise<void> {
  const links = await unit.tx.serviceResource.findMany({
    where: { resourceId },
    orderBy: { serviceId: 'asc' },
  })
  for (const { serviceId } of links) {
    const before = await lockService(unit, serviceId)
    const resourceIds = before.resourceIds.filter((id) => id !== resourceId)
    await unit.tx.serviceResource.deleteMany({ where: { serviceId, resourceId } })
    const row = await unit.tx.service.update({
      where: { id: serviceId },
      data: { updated: unit.now, version: before.version + 1 },
    })
    tell(unit, serviceUpdated, { ...row, resourceIds }, { resourceIds: before.resourceIds })
  }
}

function tell(
  unit: UnitOfWork,
  event: typeof serviceCreated,
  service: OfferedService,
  previous?: Record<string, unknown>,
): void {
  record(unit, event, {
    subjectId: service.id,
    object: serializeService(service),
    ...(previous === undefined ? {} : { previous }),
    facets: { resource: service.resourceIds },
  })
}

async function offerWith(unit: UnitOfWork, service: OfferedService): Promise<void> {
  await unit.tx.serviceResource.createMany({
    data: service.resourceIds.map((resourceId) => ({
      organizationId: unit.organizationId,
      serviceId: service.id,
      resourceId,
    })),
  })
}

async function lockService(unit: UnitOfWork, id: string): Promise<OfferedService> {
  if (!(await lockRow(unit, 'service', id))) throw notFound('Service', id)
  const row = await unit.tx.service.findUniqueOrThrow({ where: { id } })
  const offered = await unit.tx.serviceResource.findMany({
    where: { serviceId: id },
    orderBy: { resourceId: 'asc' },
  })
  return { ...row, resourceIds: offered.map((link) => link.resourceId) }
}

async function demandGroup(unit: UnitOfWork, id: string): Promise<void> {
  const group = await unit.tx.serviceGroup.findUnique({ where: { id }, select: { id: true } })
  if (group === null) throw notFound('Service group', id, 'groupId')
}

/** @returns the ids once each, in order. */
async function demandResources(unit: UnitOfWork, ids: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(ids)].toSorted()
  const found = await unit.tx.resource.findMany({
    where: { id: { in: wanted }, archivedAt: null },
    select: { id: true },
  })
  const known = new Set(found.map((row) => row.id))
  const missing = wanted.find((id) => !known.has(id))
  if (missing !== undefined) throw notFound('Resource', missing, 'resourceIds')
  return wanted
}
