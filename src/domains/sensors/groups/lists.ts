import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { atSite, byId, byMoment, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { SensorStateEnum } from '../type.ts'

builder.queryFields((t) => ({
  sensorGroup: t.prismaField({
    type: 'SensorGroup',
    nullable: true,
    description: 'One sensor group; null when there is none with this id.',
    authScopes: { permission: 'sensors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the sensor group.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).sensorGroup.findUnique({ ...query, where: { id } }),
  }),
}))

const groups = defineList('SensorGroup', {
  called: 'sensor groups',
  where: {
    states: oneOf(SensorStateEnum, 'In one of these states.', 'state'),
    locationId: byId('By place.'),
    siteId: atSite(),
    staleSince: byMoment('By when the last of its sensors fell silent.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name', ['name']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    STATE: ['state', 'State, OK first and OFFLINE last.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

groups.query('sensorGroups', {
  description: 'Sensor groups, by name unless ordered otherwise.',
  authScopes: { permission: 'sensors:read' },
})
