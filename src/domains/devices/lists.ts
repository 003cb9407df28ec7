import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { atSite, byId, byMoment, exactly, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { DeviceKindEnum, HealthEnum, SyncStatusEnum } from './type.ts'

builder.queryFields((t) => ({
  device: t.prismaField({
    type: 'Device',
    nullable: true,
    description: 'One device; null when there is none with this id.',
    authScopes: { permission: 'devices:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the device.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).device.findUnique({ ...query, where: { id } }),
  }),
}))

const devices = defineList('Device', {
  called: 'devices',
  where: {
    kinds: oneOf(DeviceKindEnum, 'Of one of these kinds.', 'kind'),
    health: oneOf(HealthEnum, 'Of one of these healths.'),
    syncStatus: exactly(SyncStatusEnum, 'With or without newest content.'),
    locationId: byId('By place.'),
    siteId: atSite(),
    serialNumber: exactly('String', 'With exactly this serial number.'),
    lastHeartbeatAt: byMoment('By when it was last heard of.'),
    registeredAt: byMoment('By registration.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    search: search('the name and the serial number', ['name', 'serialNumber']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    REGISTERED_AT: ['registeredAt', 'Registration.'],
    LAST_HEARTBEAT_AT: ['lastHeartbeatAt', 'When it was last heard of.'],
    HEALTH: ['health', 'Health, ONLINE first.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

devices.query('devices', {
  description: 'Devices, by name unless ordered otherwise.',
  authScopes: { permission: 'devices:read' },
})
