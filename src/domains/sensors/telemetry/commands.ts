import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { recordTelemetryInput } from '../input.ts'
import { recordTelemetry } from './record-telemetry.ts'
import { MAX_READINGS, READING_DAYS } from '../rules.ts'
import { ReadingResultType } from './type.ts'

const ReadingInput = builder.inputType('ReadingInput', {
  description: 'One measurement.',
  fields: (t) => ({
    sensorId: t.id({ required: true, description: 'The sensor.' }),
    metric: t.string({ required: true, description: 'Which of its metrics.' }),
    value: t.float({ required: true, description: 'The value, in the unit of the metric.' }),
    at: t.field({
      type: 'DateTime',
      description: `When it was measured; now when left out. At most 60 seconds ahead and ${READING_DAYS} days back.`,
    }),
  }),
})

defineCommand('telemetryRecord', {
  description:
    'Takes readings of sensors. Each is judged by itself: a bad one does not take the others with it. Events about new values follow within 10 seconds, at most one per sensor, asset and group in that time; events about states (sensor.state.changed, sensor.group.state.changed) at once.',
  permission: 'sensors:write',
  schema: recordTelemetryInput,
  input: (t) => ({
    readings: t.field({
      type: [ReadingInput],
      required: true,
      description: `1–${MAX_READINGS} readings.`,
    }),
  }),
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
