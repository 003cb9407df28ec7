import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)

const topic = z
  .string()
  .max(100, 'must have at most 100 characters')
  .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/, 'must be small letters, digits and _ with dots')

export const createNotificationInput = z.object({
  userId: z.string(),
  topic: unlessGiven(topic),
  title: text(200),
  body: text(2_000).nullish(),
  subjectId: text(100).nullish(),
})
export type CreateNotificationInput = z.infer<typeof createNotificationInput>

export const markReadInput = z.object({
  ids: z.array(z.string()).min(1, 'must not be empty').max(100, 'must have at most 100 entries'),
})
export type MarkReadInput = z.infer<typeof markReadInput>

const MAX_PROPERTIES_BYTES = 4_096

export const recordAnalyticsInput = z.object({
  events: z
    .array(
      z.object({
        name: topic,
        properties: z
          .record(z.string(), z.unknown())
          .refine(
            (properties) => Buffer.byteLength(JSON.stringify(properties)) <= MAX_PROPERTIES_BYTES,
            'must have at most 4096 bytes as JSON',
          )
          .nullish()
          .transform((properties) => properties ?? {}),
        at: z.date().nullish(),
      }),
    )
    .min(1, 'must not be empty')
    .max(100, 'must have at most 100 entries'),
})
export type RecordAnalyticsInput = z.infer<typeof recordAnalyticsInput>
