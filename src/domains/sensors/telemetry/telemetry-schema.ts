import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { recordTelemetryInput } from '../input.ts'
import { type ReadingPoint, readReadings } from './readings.ts'
import { type ReadingResult, recordTelemetry } from './record-telemetry.ts'
import { MAX_READINGS, READING_DAYS } from '../rules.ts'

const ReadingStatusEnum = builder.enumType('ReadingStatus', {
  description: 'What became of a reading.',
  values: {
    STORED: { description: 'Stored; newer than everything of its metric before this call.' },
    LATE: { description: 'Stored as history: a newer one is there already.' },
    DUPLICATE: { description: 'There is one of this sensor, metric and moment: nothing done.' },
    REJECTED: { description: 'Not stored; the reason says why.' },
  } as const,
})

const ReadingResultType = builder.objectRef<ReadingResult>('ReadingResult').implement({
  description: 'What became of one reading.',
  fields: (t) => ({
    status: t.field({
      type: ReadingStatusEnum,
      description: 'What became of it.',
      resolve: (result) => result.status,
    }),
    code: t.string({
      nullable: true,
      description:
        'Kind of a rejection: NOT_FOUND (no such sensor or metric) or VALIDATION (moment or value).',
      resolve: (result) => result.code ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it was rejected, for a person.',
      resolve: (result) => result.reason ?? null,
    }),
  }),
})

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

const ReadingPointType = builder.objectRef<ReadingPoint>('ReadingPoint').implement({
  description: 'A reading, or what the readings of a span of time come to.',
  fields: (t) => ({
    at: t.expose('at', {
      type: 'DateTime',
      description: 'When it was measured, or when the span begins.',
    }),
    value: t.exposeFloat('value', { description: 'The value, or the mean of the span.' }),
    minimum: t.exposeFloat('minimum', { description: 'Smallest value of the span.' }),
    maximum: t.exposeFloat('maximum', { description: 'Largest value of the span.' }),
    count: t.exposeInt('count', { description: 'Readings in it.' }),
  }),
})

builder.queryField('sensorReadings', (t) =>
  t.field({
    type: [ReadingPointType],
    description: `Readings of one metric, oldest first; kept for ${READING_DAYS} days. Empty for a sensor or metric that does not exist.`,
    authScopes: { permission: 'sensors:read' },
    complexity: 50,
    args: {
      sensorId: t.arg.id({ required: true, description: 'The sensor.' }),
      metric: t.arg.string({ required: true, description: 'Which of its metrics.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'At or after.' }),
      to: t.arg({ type: 'DateTime', description: 'Before; now when left out.' }),
      bucketSeconds: t.arg.int({
        description: 'Length of a span to be summed up, at least 1; single readings when left out.',
      }),
      first: t.arg.int({
        description: 'At most this many points: 500 when left out, up to 2000.',
      }),
    },
    resolve: (_root, args, context) =>
      readReadings(scopedPrisma(context), callerOf(context).organizationId, args),
  }),
)
