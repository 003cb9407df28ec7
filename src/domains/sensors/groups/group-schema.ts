import { SensorAggregation, type SensorGroup } from '../../../generated/prisma/client.ts'
import { batchById } from '../../../graphql/reading/batch.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { groupReadings } from '../events.ts'
import { createSensorGroup, deleteSensorGroup, updateSensorGroup } from './service.ts'
import { createSensorGroupInput, deleteInput, updateSensorGroupInput } from '../input.ts'
import { SensorStateEnum } from '../schema.ts'

const AggregationEnum = builder.enumType('SensorAggregation', {
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

const SensorGroupObject = builder.prismaNode('SensorGroup', {
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
    sensors: t.relatedConnection(
      'sensors',
      {
        ...pageOptions,
        description: 'Its sensors, by name.',
        query: () => ({ orderBy: [{ name: 'asc' as const }, { id: 'asc' as const }] }),
      },
      ...connectionNames('SensorGroupSensors'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change of its settings.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', {
      type: 'DateTime',
      description: 'When its settings or its state last changed.',
    }),
  }),
})

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
  sensorGroups: t.prismaConnection(
    {
      ...pageOptions,
      type: 'SensorGroup',
      description: 'Sensor groups, by name.',
      authScopes: { permission: 'sensors:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('SensorGroup', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).sensorGroup.count(),
    },
    ...connectionNames('SensorGroup'),
  ),
}))

defineCommand('sensorGroupCreate', {
  description: 'Adds a sensor group without sensors.',
  permission: 'sensors:write',
  schema: createSensorGroupInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    locationId: t.id({ required: true, description: 'Where it is.' }),
    aggregation: t.field({
      type: AggregationEnum,
      description: 'How one value is made of many; AVERAGE when left out.',
    }),
  }),
  run: createSensorGroup,
  payload: (t) => ({
    sensorGroup: t.field({
      type: SensorGroupObject,
      nullable: true,
      description: 'The new group.',
      resolve: (payload): SensorGroup | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorGroupUpdate', {
  description: 'Changes a sensor group; what is left out stays.',
  permission: 'sensors:write',
  schema: updateSensorGroupInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The group.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    locationId: t.id({ description: 'New place.' }),
    aggregation: t.field({ type: AggregationEnum, description: 'New way to make one value.' }),
  }),
  run: updateSensorGroup,
  payload: (t) => ({
    sensorGroup: t.field({
      type: SensorGroupObject,
      nullable: true,
      description: 'The group after the change.',
      resolve: (payload): SensorGroup | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorGroupDelete', {
  description: 'Removes a sensor group; a CONFLICT lists the sensors that are still in it.',
  permission: 'sensors:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The group.' }),
  }),
  run: deleteSensorGroup,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed group.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
