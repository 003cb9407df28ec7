import { builder } from '../../../graphql/builder.ts'
import { type ReadingPoint } from './readings.ts'
import { type ReadingResult } from './record-telemetry.ts'

const ReadingStatusEnum = builder.enumType('ReadingStatus', {
  description: 'What became of a reading.',
  values: {
    STORED: { description: 'Stored; newer than everything of its metric before this call.' },
    LATE: { description: 'Stored as history: a newer one is there already.' },
    DUPLICATE: { description: 'There is one of this sensor, metric and moment: nothing done.' },
    REJECTED: { description: 'Not stored; the reason says why.' },
  } as const,
})

export const ReadingResultType = builder.objectRef<ReadingResult>('ReadingResult').implement({
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

export const ReadingPointType = builder.objectRef<ReadingPoint>('ReadingPoint').implement({
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
