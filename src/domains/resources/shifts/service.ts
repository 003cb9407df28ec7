import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid, notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import type { FacetsOf } from '../../../events/match.ts'
import { record } from '../../../events/record.ts'
import type { Shift } from '../../../generated/prisma/client.ts'
import { demandActiveUser } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import { resourceFacets } from '../events.ts'
import { changesOf } from '../fields.ts'
import { findResource } from '../service.ts'
import { serializeShift, shiftCreated, shiftDeleted, shiftUpdated } from './events.ts'
import type { CreateShiftInput, UpdateShiftInput } from './commands.ts'

/** Longer than any working day, so that a wrong date is noticed. */
const LONGEST_MS = 24 * 3_600_000

export async function createShift(unit: UnitOfWork, input: CreateShiftInput): Promise<Shift> {
  const facets = await facetsAt(unit, input.resourceId)
  if (input.userId != null) await demandActiveUser(unit, input.userId, 'userId')
  demandDuration(input)
  const shift = await unit.tx.shift.create({
    data: {
      id: newId('shift', unit.now.getTime()),
      organizationId: unit.organizationId,
      resourceId: input.resourceId,
      userId: input.userId ?? null,
      startTime: input.startTime,
      endTime: input.endTime,
      note: input.note ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, shiftCreated, { subjectId: shift.id, object: serializeShift(shift), facets })
  return shift
}

export async function updateShift(unit: UnitOfWork, input: UpdateShiftInput): Promise<Shift> {
  const before = await lockShift(unit, input.id)
  const changes = changesOf(input)
  const after: Shift = { ...before, ...changes }
  const facets = await facetsAt(unit, after.resourceId)
  if (changes.userId != null && changes.userId !== before.userId) {
    await demandActiveUser(unit, changes.userId, 'userId')
  }
  demandDuration(after)
  const previous = diffPayloads(serializeShift(before), serializeShift(after))
  if (previous === undefined) return before
  const shift = await unit.tx.shift.update({
    where: { id: before.id },
    data: { ...changes, updated: unit.now, version: before.version + 1 },
  })
  const object = serializeShift(shift)
  record(unit, shiftUpdated, { subjectId: shift.id, object, previous, facets })
  return shift
}

export async function deleteShift(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const shift = await lockShift(unit, input.id)
  const facets = await facetsAt(unit, shift.resourceId)
  await unit.tx.shift.delete({ where: { id: shift.id } })
  record(unit, shiftDeleted, {
    subjectId: shift.id,
    object: { id: shift.id, deleted: true },
    facets,
  })
  return shift.id
}

async function facetsAt(
  unit: UnitOfWork,
  resourceId: string,
): Promise<FacetsOf<'location' | 'site' | 'resource'>> {
  const resource = await findResource(unit, resourceId, 'resourceId')
  return resourceFacets(resource, await findLocation(unit, resource.locationId, 'locationId'))
}

function demandDuration(shift: Pick<Shift, 'startTime' | 'endTime'>): void {
  const length = shift.endTime.getTime() - shift.startTime.getTime()
  if (length <= 0) throw invalid('endTime must be later than startTime', 'endTime')
  if (length > LONGEST_MS) throw invalid('A shift lasts at most 24 hours', 'endTime')
}

async function lockShift(unit: UnitOfWork, id: string): Promise<Shift> {
  if (!(await lockRow(unit, 'shift', id))) throw notFound('Shift', id)
  return unit.tx.shift.findUniqueOrThrow({ where: { id } })
}
