import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { readReadings } from './readings.ts'
import { READING_DAYS } from '../rules.ts'
import { ReadingPointType } from './type.ts'

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
