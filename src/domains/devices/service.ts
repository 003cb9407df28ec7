import { newId } from '../../database/ids.ts'
import { unlessTaken } from '../../database/unique.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import type { EventDefinition } from '../../events/define.ts'
import { toUnixSeconds } from '../../events/envelope.ts'
import { record } from '../../events/record.ts'
import type { Device } from '../../generated/prisma/client.ts'
import type { DeviceSyncStatus } from '../../generated/prisma/enums.ts'
import { placeFacets, type PlaceRef } from '../locations/events.ts'
import { findLocation } from '../locations/service.ts'
import {
  deviceAppUpdated,
  type DevicePayload,
  deviceRegistered,
  deviceUnregistered,
  HEALTH_EVENTS,
  serializeDevice,
  SYNC_EVENTS,
} from './events.ts'
import type { HeartbeatInput, RegisterDeviceInput, UpdateDeviceInput } from './commands.ts'
import { healthOf, nextCheckAt } from './rules.ts'

export async function registerDevice(
  unit: UnitOfWork,
  input: RegisterDeviceInput,
): Promise<Device> {
  const place = await findLocation(unit, input.locationId, 'locationId')
  if (input.serialNumber != null) {
    const { serialNumber } = input
    const holder = await unit.tx.device.findFirst({ where: { serialNumber } })
    if (holder !== null) throw serialTaken(serialNumber, [holder.id])
  }
  const device = await unlessTaken(
    unit.tx.device.create({
      data: {
        id: newId('device', unit.now.getTime()),
        organizationId: unit.organizationId,
        name: input.name,
        kind: input.kind,
        locationId: place.id,
        serialNumber: input.serialNumber ?? null,
        appVersion: input.appVersion ?? null,
        ...(input.heartbeatSeconds === undefined
          ? {}
          : { heartbeatSeconds: input.heartbeatSeconds }),
        registeredAt: unit.now,
        created: unit.now,
        updated: unit.now,
      },
    }),
    () => serialTaken(input.serialNumber ?? '', []),
  )
  record(unit, deviceRegistered, {
    subjectId: device.id,
    object: serializeDevice(device),
    facets: placeFacets(place),
  })
  return device
}

/** Changes settings of a device; no event tells of them. */
export async function updateDevice(unit: UnitOfWork, input: UpdateDeviceInput): Promise<Device> {
  const before = await lockDevice(unit, input.id)
  const { id, ...given } = input
  const changes = Object.fromEntries(
    Object.entries(given).filter(
      ([key, value]) => value !== undefined && value !== Reflect.get(before, key),
    ),
  )
  if (Object.keys(changes).length === 0) return before
  const after: Device = { ...before, ...changes }
  await findLocation(unit, after.locationId, 'locationId')
  return unit.tx.device.update({
    where: { id },
    data: {
      ...changes,
      healthCheckAt: nextCheckAt(after, after.health),
      updated: unit.now,
      version: { increment: 1 },
    },
  })
}

export async function unregisterDevice(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const device = await lockDevice(unit, input.id)
  const place = await findLocation(unit, device.locationId, 'locationId')
  await unit.tx.device.delete({ where: { id: device.id } })
  record(unit, deviceUnregistered, {
    subjectId: device.id,
    object: { ...serializeDevice(device), unregisteredAt: toUnixSeconds(unit.now) },
    facets: placeFacets(place),
  })
  return device.id
}

/** A sign of life, with whatever the device says about itself. */
export async function heartbeat(unit: UnitOfWork, input: HeartbeatInput): Promise<Device> {
  const before = await lockDevice(unit, input.id)
  const heard = {
    ...before,
    lastHeartbeatAt: unit.now,
    health: healthOf({ ...before, lastHeartbeatAt: unit.now }, unit.now),
  }
  return save(unit, before, {
    ...heard,
    healthCheckAt: nextCheckAt(heard, heard.health),
    appVersion: input.appVersion ?? before.appVersion,
    syncStatus: input.syncStatus ?? before.syncStatus,
  })
}

export async function reportAppVersion(
  unit: UnitOfWork,
  { id, appVersion }: { id: string; appVersion: string },
): Promise<Device> {
  const before = await lockDevice(unit, id)
  return save(unit, before, { ...before, appVersion })
}

export async function reportSyncStatus(
  unit: UnitOfWork,
  { id, syncStatus }: { id: string; syncStatus: DeviceSyncStatus },
): Promise<Device> {
  const before = await lockDevice(unit, id)
  return save(unit, before, { ...before, syncStatus })
}

/** Brings the health of a locked device up to date with the clock. */
export async function checkHealth(unit: UnitOfWork, before: Device, now: Date): Promise<void> {
  const health = healthOf(before, now)
  await save(unit, before, { ...before, health, healthCheckAt: nextCheckAt(before, health) })
}

/** Writes what a device said, or did not say, and the events that tell of it. */
async function save(unit: UnitOfWork, before: Device, after: Device): Promise<Device> {
  const old = serializeDevice(before)
  const news: [EventDefinition<DevicePayload>, Record<string, unknown>][] = []
  if (after.health !== before.health) {
    news.push([HEALTH_EVENTS[after.health], { health: old.health }])
  }
  if (after.appVersion !== before.appVersion) {
    news.push([deviceAppUpdated, { appVersion: old.appVersion ?? null }])
  }
  if (after.syncStatus !== before.syncStatus) {
    news.push([SYNC_EVENTS[after.syncStatus], { syncStatus: old.syncStatus }])
  }
  const timed = after.healthCheckAt?.getTime() !== before.healthCheckAt?.getTime()
  if (news.length === 0 && !timed) return before
  const { health, appVersion, syncStatus, lastHeartbeatAt, healthCheckAt } = after
  const device = await unit.tx.device.update({
    where: { id: before.id },
    data: {
      health,
      appVersion,
      syncStatus,
      lastHeartbeatAt,
      healthCheckAt,
      // A heartbeat alone changes nothing that anybody edits.
      ...(news.length === 0 ? {} : { updated: unit.now, version: { increment: 1 } }),
    },
  })
  if (news.length === 0) return device
  const place: PlaceRef = await findLocation(unit, device.locationId, 'locationId')
  for (const [event, previous] of news) {
    record(unit, event, {
      subjectId: device.id,
      object: serializeDevice(device),
      previous,
      facets: placeFacets(place),
    })
  }
  return device
}

async function lockDevice(unit: UnitOfWork, id: string): Promise<Device> {
  if (!(await lockRow(unit, 'device', id))) throw notFound('Device', id)
  return unit.tx.device.findUniqueOrThrow({ where: { id } })
}

function serialTaken(serialNumber: string, ids: readonly string[]): DomainError {
  return new DomainError(
    `Serial number ${serialNumber} belongs to another device`,
    { code: 'CONFLICT', ids },
    ['input', 'serialNumber'],
  )
}
