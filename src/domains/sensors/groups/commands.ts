import { type SensorGroup } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { createSensorGroup, deleteSensorGroup, updateSensorGroup } from './service.ts'
import { createSensorGroupInput, deleteInput, updateSensorGroupInput } from '../input.ts'
import { AggregationEnum, SensorGroupObject } from './type.ts'

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
