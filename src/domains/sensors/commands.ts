import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import { float, id, int, listOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { metricKey } from './fields.ts'
import { createSensor, deleteSensor, updateSensor } from './service.ts'
import { SensorObject } from './type.ts'

const bound = (description: string) => float(description).default(null)

const metric = inputType(
  'SensorMetricInput',
  'One thing that a sensor measures. A limit left out does not apply.',
  {
    key: metricKey('Name, unique in the sensor: a letter, then up to 49 letters, digits or _.'),
    unit: text({ min: 0, max: 20 }, 'Unit of its values, up to {max} characters.').default(null),
    minimum: bound('Readings below are refused as impossible.'),
    maximum: bound('Readings above are refused as impossible.'),
    warningBelow: bound('A value below is a WARNING.'),
    warningAbove: bound('A value above is a WARNING.'),
    alarmBelow: bound('A value below is an ALARM.'),
    alarmAbove: bound('A value above is an ALARM.'),
  },
  (each) =>
    each.refine((m) => m.minimum === null || m.maximum === null || m.minimum < m.maximum, {
      error: 'must be above minimum',
      path: ['maximum'],
    }),
)
export type MetricInput = ValueOf<typeof metric>

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
const externalId = text(
  { max: 200 },
  'Its id on the gateway, {min}–{max} characters, not yet taken.',
)
const staleAfterSeconds = int(
  { min: 10, max: 604_800 },
  'Seconds of silence until it is stale: 10–604800, 900 when left out.',
)
const metrics = listOf(
  metric,
  { min: 1, max: 20 },
  'What it measures: {min}–{max} metrics.',
).refine((list) => new Set(list.map((m) => m.key)).size === list.length, 'must have different keys')

const createInput = inputOf({
  name,
  locationId: id('Where it is.'),
  assetId: id('What it watches.').optional(),
  groupId: id('The group it belongs to.').optional(),
  externalId: externalId.optional(),
  staleAfterSeconds: staleAfterSeconds.optional(),
  metrics,
})
export type CreateSensorInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The sensor.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  locationId: id('New place.').optional(),
  assetId: id('What it watches from now on; null = nothing.').clearable(),
  groupId: id('Its group from now on; null = none.').clearable(),
  externalId: externalId.describe('New id on the gateway; null removes it.').clearable(),
  staleAfterSeconds: staleAfterSeconds
    .describe('New seconds of silence until it is stale.')
    .optional(),
  metrics: metrics
    .describe('All its metrics from now on; those of the same key keep their readings.')
    .optional(),
})
export type UpdateSensorInput = ValueOf<typeof updateInput>

defineCommand('sensorCreate', {
  description: 'Adds a sensor. It is OFFLINE until its first reading.',
  permission: 'sensors:write',
  input: createInput,
  run: createSensor,
  payload: recordPayload('sensor', SensorObject, 'The new sensor.'),
})

defineCommand('sensorUpdate', {
  description:
    'Changes a sensor; what is left out stays. New limits judge its newest values at once: records sensor.state.changed if they say otherwise.',
  permission: 'sensors:write',
  input: updateInput,
  run: updateSensor,
  payload: recordPayload('sensor', SensorObject, 'The sensor after the change.'),
})

defineCommand('sensorDelete', {
  description: 'Removes a sensor with its readings and rules.',
  permission: 'sensors:write',
  input: onlyId('The sensor.'),
  run: deleteSensor,
  payload: deletedPayload('Id of the removed sensor.'),
})
