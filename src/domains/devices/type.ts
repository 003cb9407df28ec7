import { DeviceHealth, DeviceKind, DeviceSyncStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'

export const DeviceKindEnum = builder.enumType('DeviceKind', {
  description: 'What a device is for.',
  values: {
    [DeviceKind.KIOSK]: { description: 'People sign in or book at it.' },
    [DeviceKind.SIGNAGE]: { description: 'Shows content.' },
    [DeviceKind.PANEL]: { description: 'Stands at a room and shows its bookings.' },
    [DeviceKind.GATEWAY]: { description: 'Brings readings of sensors.' },
    [DeviceKind.OTHER]: { description: 'Something else.' },
  },
})

export const SyncStatusEnum = builder.enumType('DeviceSyncStatus', {
  description: 'Whether a device has the newest content.',
  values: {
    [DeviceSyncStatus.IN_SYNC]: { description: 'It has.' },
    [DeviceSyncStatus.OUT_OF_SYNC]: { description: 'It has not, or has not said so yet.' },
  },
})

export const HealthEnum = builder.enumType('DeviceHealth', {
  description: 'Whether a device is heard of.',
  values: {
    [DeviceHealth.ONLINE]: { description: 'It sends heartbeats.' },
    [DeviceHealth.LOST_COMMUNICATION]: { description: 'More than two heartbeats are missing.' },
    [DeviceHealth.OFFLINE]: { description: 'Silent for more than 10 minutes, or from the start.' },
  },
})

export const DeviceObject = builder.prismaNode('Device', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('device', 'Device'),
  description: 'A machine that runs an app for the organization: kiosk, sign, room panel, gateway.',
  authScopes: { permission: 'devices:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    kind: t.expose('kind', { type: DeviceKindEnum, description: 'What it is for.' }),
    location: t.relation('location', { description: 'Where it is.' }),
    serialNumber: t.exposeString('serialNumber', {
      nullable: true,
      description: 'Serial number, unique among the registered devices.',
    }),
    appVersion: t.exposeString('appVersion', {
      nullable: true,
      description: 'Version of the app that it runs.',
    }),
    syncStatus: t.expose('syncStatus', {
      type: SyncStatusEnum,
      description: 'Whether it has the newest content.',
    }),
    health: t.expose('health', { type: HealthEnum, description: 'Whether it is heard of.' }),
    heartbeatSeconds: t.exposeInt('heartbeatSeconds', {
      description: 'Seconds between its heartbeats.',
    }),
    lastHeartbeatAt: t.expose('lastHeartbeatAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last heard of.',
    }),
    registeredAt: t.expose('registeredAt', {
      type: 'DateTime',
      description: 'When it was registered.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
