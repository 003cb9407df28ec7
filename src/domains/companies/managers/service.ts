import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { Location, Manager } from '../../../generated/prisma/client.ts'
import { demandActiveUser } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import {
  managerCreated,
  managerDeleted,
  managerFacets,
  managerUpdated,
  serializeManager,
} from '../events.ts'
import type { CreateManagerInput, UpdateManagerInput } from './commands.ts'
import { lockCompany } from '../service.ts'

type ManagerWithPlace = Manager & { location: Location | null }

/** Makes a user a manager of a company or a place. */
export async function createManager(unit: UnitOfWork, input: CreateManagerInput): Promise<Manager> {
  await demandActiveUser(unit, input.userId, 'userId')
  const companyId = input.companyId ?? null
  const locationId = input.locationId ?? null
  if (companyId !== null) await lockCompany(unit, companyId, 'companyId')
  // Locked, as the company is, so that of two equal appointments the second sees the first.
  if (locationId !== null && !(await lockRow(unit, 'location', locationId))) {
    throw notFound('Location', locationId, 'locationId')
  }
  const location = locationId === null ? null : await findLocation(unit, locationId, 'locationId')
  const existing = await unit.tx.manager.findFirst({
    where: { userId: input.userId, companyId, locationId },
    select: { id: true },
  })
  if (existing !== null) {
    throw new DomainError(
      'The user is a manager of it already',
      { code: 'CONFLICT', ids: [existing.id] },
      ['input', 'userId'],
    )
  }
  const manager = await unit.tx.manager.create({
    data: {
      id: newId('manager', unit.now.getTime()),
      organizationId: unit.organizationId,
      userId: input.userId,
      companyId,
      locationId,
      title: input.title ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, managerCreated, {
    subjectId: manager.id,
    object: serializeManager(manager),
    facets: managerFacets(location),
  })
  return manager
}

export async function updateManager(unit: UnitOfWork, input: UpdateManagerInput): Promise<Manager> {
  const before = await lockManager(unit, input.id)
  const title = input.title === undefined ? before.title : input.title
  const previous = diffPayloads(serializeManager(before), serializeManager({ ...before, title }))
  if (previous === undefined) return before
  const manager = await unit.tx.manager.update({
    where: { id: before.id },
    data: { title, updated: unit.now, version: before.version + 1 },
  })
  record(unit, managerUpdated, {
    subjectId: manager.id,
    object: serializeManager(manager),
    previous,
    facets: managerFacets(before.location),
  })
  return manager
}

export async function deleteManager(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const manager = await lockManager(unit, input.id)
  await unit.tx.manager.delete({ where: { id: manager.id } })
  record(unit, managerDeleted, {
    subjectId: manager.id,
    object: { id: manager.id, deleted: true },
    facets: managerFacets(manager.location),
  })
  return manager.id
}

async function lockManager(unit: UnitOfWork, id: string): Promise<ManagerWithPlace> {
  if (!(await lockRow(unit, 'manager', id))) throw notFound('Manager', id)
  return unit.tx.manager.findUniqueOrThrow({ where: { id }, include: { location: true } })
}
