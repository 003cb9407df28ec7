import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { Device } from '../../generated/prisma/client.ts'
import type { DeviceHealth, DeviceSyncStatus } from '../../generated/prisma/enums.ts'
import { PLACE_FACETS } from '../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const payload = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['Kiosk', 'Signage', 'Panel', 'Gateway', 'Other']),
  locationId: z.string(),
  serialNumber: z.string().optional(),
  appVersion: z.string().optional(),
  syncStatus: z.enum(['InSync', 'OutOfSync']),
  health: z.enum(['Online', 'LostCommunication', 'Offline']),
  lastHeartbeatAt: seconds('When it was last heard of').optional(),
  registeredAt: seconds('Registration'),
  unregisteredAt: seconds('When it was unregistered').optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
export type DevicePayload = z.infer<typeof payload>

/** The one shape in which a device appears in events. */
export function serializeDevice(device: Device): DevicePayload {
  const { shape } = payload
  return omitEmpty({
    id: device.id,
    name: device.name,
    kind: shape.kind.parse(toPascalCase(device.kind)),
    locationId: device.locationId,
    serialNumber: device.serialNumber,
    appVersion: device.appVersion,
    syncStatus: shape.syncStatus.parse(toPascalCase(device.syncStatus)),
    health: shape.health.parse(toPascalCase(device.health)),
    lastHeartbeatAt: device.lastHeartbeatAt === null ? null : toUnixSeconds(device.lastHeartbeatAt),
    registeredAt: toUnixSeconds(device.registeredAt),
    created: toUnixSeconds(device.created),
    updated: toUnixSeconds(device.updated),
  })
}

const example: DevicePayload = {
  id: 'dev-6p1v8h3',
  name: 'Lobby kiosk',
  kind: 'Kiosk',
  locationId: 'loc-2f7k1m9',
  serialNumber: 'KX-20-0117',
  appVersion: '4.2.0',
  syncStatus: 'InSync',
  health: 'Online',
  lastHeartbeatAt: 1_780_000_000,
  registeredAt: 1_770_000_000,
  created: 1_770_000_000,
  updated: 1_775_000_000,
}

const shared = { scopes: ['devices:read'], payload, example, facets: PLACE_FACETS } as const

export const deviceRegistered = defineEvent({
  ...shared,
  type: 'device.registered',
  description: 'A device was registered. It counts as offline until its first heartbeat.',
})

export const deviceUnregistered = defineEvent({
  ...shared,
  type: 'device.unregistered',
  description: 'A device was removed; the payload is what it was at last.',
  example: { ...example, unregisteredAt: 1_780_000_600 },
})

export const deviceAppUpdated = defineEvent({
  ...shared,
  type: 'device.app.updated',
  description: 'A device runs another version of its app.',
  example: { ...example, appVersion: '4.3.0' },
  previousExample: { appVersion: '4.2.0' },
})

export const SYNC_EVENTS = {
  IN_SYNC: defineEvent({
    ...shared,
    type: 'device.in_sync',
    description: 'A device has the newest content.',
    previousExample: { syncStatus: 'OutOfSync' },
  }),
  OUT_OF_SYNC: defineEvent({
    ...shared,
    type: 'device.out_of_sync',
    description: 'A device no longer has the newest content.',
    example: { ...example, syncStatus: 'OutOfSync' },
    previousExample: { syncStatus: 'InSync' },
  }),
} as const satisfies Record<DeviceSyncStatus, unknown>

export const HEALTH_EVENTS = {
  ONLINE: defineEvent({
    ...shared,
    type: 'device.health.online',
    description: 'A device was heard of, for the first time or again.',
    previousExample: { health: 'Offline' },
  }),
  LOST_COMMUNICATION: defineEvent({
    ...shared,
    type: 'device.health.lost_communication',
    description: 'More than two heartbeats of a device are missing.',
    example: { ...example, health: 'LostCommunication' },
    previousExample: { health: 'Online' },
  }),
  OFFLINE: defineEvent({
    ...shared,
    type: 'device.health.offline',
    description: 'A device has not been heard of for more than 10 minutes.',
    example: { ...example, health: 'Offline' },
    previousExample: { health: 'LostCommunication' },
  }),
} as const satisfies Record<DeviceHealth, unknown>
