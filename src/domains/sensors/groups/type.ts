import { SensorAggregation } from '../../../generated/prisma/client.ts'
import { batchById } from '../../../graphql/reading/batch.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { groupReadings } from '../events.ts'
import { SensorStateEnum } from '../type.ts'

export const AggregationEnum = builder.enumType('SensorAggregation', {
  description: 'How a group makes one value of the values of its sensors.',
  values: {
    [SensorAggregation.AVERAGE]: { description: 'Their mean.' },
    [SensorAggregation.SUM]: { description: 'Their sum: people in all rooms.' },
    [SensorAggregation.MINIMUM]: { description: 'The smallest.' },
    [SensorAggregation.MAXIMUM]: { description: 'The largest: anybody in any room.' },
  },
})

interface GroupReading {
  metric: string
  value: number
  unit?: string | undefined
  at: number
  sensors: number
}

const GroupReadingType = builder.objectRef<GroupReading>('SensorGroupReading').implement({
  description: 'One value made of the newest readings of the sensors of a group.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'What was measured.' }),
    value: t.exposeFloat('value', { description: 'The value.' }),
    unit: t.exposeString('unit', { nullable: true, description: 'Its unit.' }),
    at: t.field({
      type: 'DateTime',
      description: 'When the newest of them was measured.',
      resolve: (reading) => new Date(reading.at * 1_000),
    }),
    sensors: t.exposeInt('sensors', { description: 'How many sensors are in it.' }),
  }),
})

/** All members of a group: the page of its `sensors` need not hold them all. */
const loadMembers = batchById(async (context, groupIds) => {
  const sensors = await scopedPrisma(context).sensor.findMany({
    where: { groupId: { in: groupIds } },
    include: { metrics: true },
  })
  return Map.groupBy(sensors, (sensor) => sensor.groupId ?? '')
})

export const SensorGroupObject = builder.prismaNode('SensorGroup', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('sensorGroup', 'SensorGroup'),
  description: 'Sensors that are looked at as one.',
  authScopes: { permission: 'sensors:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    location: t.relation('location', { description: 'Where it is.' }),
    aggregation: t.expose('aggregation', {
      type: AggregationEnum,
      description: 'How one value is made of many.',
    }),
    state: t.expose('state', {
      type: SensorStateEnum,
      description: 'The worst of its sensors; OFFLINE only when all of them are.',
    }),
    staleSince: t.expose('staleSince', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last of its sensors fell silent; null while one reports.',
    }),
    readings: t.field({
      type: [GroupReadingType],
      description: 'One value per metric, of the sensors that are online.',
      select: { id: true, aggregation: true },
      resolve: async (group, _args, context) =>
        Object.entries(groupReadings(group, (await loadMembers(context, group.id)) ?? [])).map(
          ([metric, reading]) => Object.assign({ metric }, reading),
        ),
    }),
    version: t.exposeInt('version', { description: 'Rises with every change of its settings.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', {
      type: 'DateTime',
      description: 'When its settings or its state last changed.',
    }),
  }),
})
