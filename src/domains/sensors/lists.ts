import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { atSite, byId, byMoment, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { SensorStateEnum } from './type.ts'

builder.queryFields((t) => ({
  sensor: t.prismaField({
    type: 'Sensor',
    nullable: true,
    description: 'One sensor; null when there is none with this id.',
    authScopes: { permission: 'sensors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the sensor.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).sensor.findUnique({ ...query, where: { id } }),
  }),
}))

const sensors = defineList('Sensor', {
  called: 'sensors',
  where: {
    states: oneOf(SensorStateEnum, 'In one of these states.', 'state'),
    locationId: byId('By place.'),
    siteId: atSite(),
    assetId: byId('By what it watches.'),
    groupId: byId('By group.'),
    externalId: byId('By id on the gateway.'),
    staleSince: byMoment('By when it was found stale.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    search: search('the name and the id on the gateway', ['name', 'externalId']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
    STATE: ['state', 'State, OK first and OFFLINE last.'],
    STALE_SINCE: ['staleSince', 'When it was found stale.'],
  },
  otherwise: [{ name: 'asc' }],
})

sensors.query('sensors', {
  description: 'Sensors, by name unless ordered otherwise.',
  authScopes: { permission: 'sensors:read' },
})

sensors.below('Asset', 'sensors', {
  connection: 'AssetSensors',
  description: 'Sensors that watch it, by name unless ordered otherwise.',
  authScopes: { permission: 'sensors:read' },
})

sensors.below('SensorGroup', 'sensors', {
  connection: 'SensorGroupSensors',
  description: 'Its sensors, by name unless ordered otherwise.',
})
