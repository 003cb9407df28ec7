import type { Sensor } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { createSensorInput, deleteInput, updateSensorInput } from './input.ts'
import { SensorObject } from './type.ts'
import { createSensor, deleteSensor, updateSensor } from './service.ts'

const MetricInput = builder.inputType('SensorMetricInput', {
  description: 'One thing that a sensor measures. A limit left out does not apply.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Name, unique in the sensor: a letter, then up to 49 letters, digits or _.',
    }),
    unit: t.string({ description: 'Unit of its values, up to 20 characters.' }),
    minimum: t.float({ description: 'Readings below are refused as impossible.' }),
    maximum: t.float({ description: 'Readings above are refused as impossible.' }),
    warningBelow: t.float({ description: 'A value below is a WARNING.' }),
    warningAbove: t.float({ description: 'A value above is a WARNING.' }),
    alarmBelow: t.float({ description: 'A value below is an ALARM.' }),
    alarmAbove: t.float({ description: 'A value above is an ALARM.' }),
  }),
})

defineCommand('sensorCreate', {
  description: 'Adds a sensor. It is OFFLINE until its first reading.',
  permission: 'sensors:write',
  schema: createSensorInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    locationId: t.id({ required: true, description: 'Where it is.' }),
    assetId: t.id({ description: 'What it watches.' }),
    groupId: t.id({ description: 'The group it belongs to.' }),
    externalId: t.string({
      description: 'Its id on the gateway, 1–200 characters, not yet taken.',
    }),
    staleAfterSeconds: t.int({
      description: 'Seconds of silence until it is stale: 10–604800, 900 when left out.',
    }),
    metrics: t.field({
      type: [MetricInput],
      required: true,
      description: 'What it measures: 1–20 metrics.',
    }),
  }),
  run: createSensor,
  payload: (t) => ({
    sensor: t.field({
      type: SensorObject,
      nullable: true,
      description: 'The new sensor.',
      resolve: (payload): Sensor | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorUpdate', {
  description:
    'Changes a sensor; what is left out stays. New limits judge its newest values at once: records sensor.state.changed if they say otherwise.',
  permission: 'sensors:write',
  schema: updateSensorInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The sensor.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    locationId: t.id({ description: 'New place.' }),
    assetId: t.id({ description: 'What it watches from now on; null = nothing.' }),
    groupId: t.id({ description: 'Its group from now on; null = none.' }),
    externalId: t.string({ description: 'New id on the gateway; null removes it.' }),
    staleAfterSeconds: t.int({ description: 'New seconds of silence until it is stale.' }),
    metrics: t.field({
      type: [MetricInput],
      description: 'All its metrics from now on; those of the same key keep their readings.',
    }),
  }),
  run: updateSensor,
  payload: (t) => ({
    sensor: t.field({
      type: SensorObject,
      nullable: true,
      description: 'The sensor after the change.',
      resolve: (payload): Sensor | null => payload.result ?? null,
    }),
  }),
})

defineCommand('sensorDelete', {
  description: 'Removes a sensor with its readings and rules.',
  permission: 'sensors:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The sensor.' }),
  }),
  run: deleteSensor,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed sensor.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
