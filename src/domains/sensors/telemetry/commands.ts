import { z } from 'zod'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { field, inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, float, id, listOf } from '../../../graphql/commands/input/fields.ts'
import { recordTelemetry } from './record-telemetry.ts'
import { MAX_READINGS, READING_DAYS } from '../rules.ts'
import { ReadingResultType } from './type.ts'

const reading = inputType('ReadingInput', 'One measurement.', {
  sensorId: id('The sensor.'),
  metric: field('String', z.string(), 'Which of its metrics.'),
  value: float('The value, in the unit of the metric.'),
  at: dateTime(
    `When it was measured; now when left out. At most 60 seconds ahead and ${READING_DAYS} days back.`,
  ).optional(),
})

/** The readings themselves are judged one by one: a bad one does not take the others with it. */
const recordInput = inputOf({
  readings: listOf(reading, { min: 1, max: MAX_READINGS }, '{min}–{max} readings.'),
})
export type RecordTelemetryInput = ValueOf<typeof recordInput>

defineCommand('telemetryRecord', {
  description:
    'Takes readings of sensors. Each is judged by itself: a bad one does not take the others with it. Events about new values follow within 10 seconds, at most one per sensor, asset and group in that time; events about states (sensor.state.changed, sensor.group.state.changed) at once.',
  permission: 'sensors:write',
  input: recordInput,
  run: recordTelemetry,
  payload: (t) => ({
    results: t.field({
      type: [ReadingResultType],
      description: 'What became of each reading, in the order given.',
      resolve: (payload) => payload.result ?? [],
    }),
    storedCount: t.int({
      description: 'How many were stored, late ones included.',
      resolve: (payload) =>
        (payload.result ?? []).filter(({ status }) => status === 'STORED' || status === 'LATE')
          .length,
    }),
    rejectedCount: t.int({
      description: 'How many were rejected.',
      resolve: (payload) =>
        (payload.result ?? []).filter(({ status }) => status === 'REJECTED').length,
    }),
  }),
})
