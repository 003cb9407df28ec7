import { newId } from '../../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../../../errors.ts'
import { diffPayloads } from '../../../../events/diff.ts'
import { record } from '../../../../events/record.ts'
import type { ServiceGroup } from '../../../../generated/prisma/client.ts'
import { changesOf } from '../../fields.ts'
import {
  serializeServiceGroup,
  serviceGroupCreated,
  serviceGroupDeleted,
  serviceGroupUpdated,
} from '../events.ts'
import type { CreateServiceGroupInput, UpdateServiceGroupInput } from './commands.ts'

export async function createServiceGroup(
  unit: UnitOfWork,
  input: CreateServiceGroupInput,
): Promise<ServiceGroup> {
  const group = await unit.tx.serviceGroup.create({
    data: {
      id: newId('serviceGroup', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      description: input.description ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, serviceGroupCreated, {
    subjectId: group.id,
    object: serializeServiceGroup(group),
    facets: {},
  })
  return group
}

export async function updateServiceGroup(
  unit: UnitOfWork,
  input: UpdateServiceGroupInput,
): Promise<ServiceGroup> {
  const before = await lockServiceGroup(unit, input.id)
  const changes = changesOf(input)
  const previous = diffPayloads(
    serializeServiceGroup(before),
    serializeServiceGroup({ ...before, ...changes }),
  )
  if (previous === undefined) return before
  const group = await unit.tx.serviceGroup.update({
    where: { id: before.id },
    data: { ...changes, updated: unit.now, version: before.version + 1 },
  })
  record(unit, serviceGroupUpdated, {
    subjectId: group.id,
    object: serializeServiceGroup(group),
    previous,
    facets: {},
  })
  return group
}

/** @throws DomainError CONFLICT listing the services still in it. */
export async function deleteServiceGroup(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const group = await lockServiceGroup(unit, input.id)
  const services = await unit.tx.service.findMany({
    where: { groupId: group.id },
    select: { id: true },
    take: 20,
  })
  if (services.length > 0) {
    throw new DomainError(
      `${group.name} still holds services`,
      { code: 'CONFLICT', ids: services.map((row) => row.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.serviceGroup.delete({ where: { id: group.id } })
  record(unit, serviceGroupDeleted, {
    subjectId: group.id,
    object: { id: group.id, deleted: true },
    facets: {},
  })
  return group.id
}

async function lockServiceGroup(unit: UnitOfWork, id: string): Promise<ServiceGroup> {
  if (!(await lockRow(unit, 'serviceGroup', id))) throw notFound('Service group', id)
  return unit.tx.serviceGroup.findUniqueOrThrow({ where: { id } })
}
