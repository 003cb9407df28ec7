import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../../errors.ts'
import type { SensorGroup } from '../../../generated/prisma/client.ts'
import { findLocation } from '../../locations/service.ts'
import type { CreateSensorGroupInput, UpdateSensorGroupInput } from './commands.ts'

export async function createSensorGroup(
  unit: UnitOfWork,
  input: CreateSensorGroupInput,
): Promise<SensorGroup> {
  const place = await findLocation(unit, input.locationId, 'locationId')
  return unit.tx.sensorGroup.create({
    data: {
      id: newId('sensorGroup', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      locationId: place.id,
      ...(input.aggregation === undefined ? {} : { aggregation: input.aggregation }),
      created: unit.now,
      updated: unit.now,
    },
  })
}

export async function updateSensorGroup(
  unit: UnitOfWork,
  input: UpdateSensorGroupInput,
): Promise<SensorGroup> {
  const before = await lockGroup(unit, input.id)
  const { id, ...given } = input
  const changes = Object.fromEntries(
    Object.entries(given).filter(
      ([key, value]) => value !== undefined && value !== Reflect.get(before, key),
    ),
  )
  if (Object.keys(changes).length === 0) return before
  if (input.locationId !== undefined) await findLocation(unit, input.locationId, 'locationId')
  return unit.tx.sensorGroup.update({
    where: { id },
    data: { ...changes, updated: unit.now, version: { increment: 1 } },
  })
}

/** @throws DomainError CONFLICT listing its members. */
export async function deleteSensorGroup(unit: UnitOfWork, input: { id: string }): Promise<string> {
  // The pulse before the group, as readings lock them.
  await unit.tx.telemetryPulse.deleteMany({ where: { subjectId: input.id } })
  const group = await lockGroup(unit, input.id)
  const members = await unit.tx.sensor.findMany({
    where: { groupId: group.id },
    select: { id: true },
    take: 20,
  })
  if (members.length > 0) {
    throw new DomainError(
      `${group.name} still has sensors`,
      { code: 'CONFLICT', ids: members.map((member) => member.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.sensorGroup.delete({ where: { id: group.id } })
  return group.id
}

/** @throws DomainError NOT_FOUND naming the input field that held the id. */
export async function findGroup(unit: UnitOfWork, id: string, field: string): Promise<SensorGroup> {
  const group = await unit.tx.sensorGroup.findUnique({ where: { id } })
  if (group === null) throw notFound('Sensor group', id, field)
  return group
}

async function lockGroup(unit: UnitOfWork, id: string): Promise<SensorGroup> {
  if (!(await lockRow(unit, 'sensorGroup', id))) throw notFound('Sensor group', id)
  return findGroup(unit, id, 'id')
}
