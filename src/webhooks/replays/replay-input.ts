import { z } from 'zod'
import { WebhookDeliveryStatus } from '../../generated/prisma/enums.ts'
import { faultOfPatterns } from '../../event-log/event-patterns.ts'

const MAX_TYPES = 100
const MAX_PER_SECOND = 100
const DEFAULT_PER_SECOND = 10
const FINISHED: WebhookDeliveryStatus[] = ['SUCCEEDED', 'EXHAUSTED', 'CANCELLED']

const perSecond = z
  .number()
  .int()
  .min(1, `must be 1–${MAX_PER_SECOND}`)
  .max(MAX_PER_SECOND, `must be 1–${MAX_PER_SECOND}`)
  .nullish()
  .transform((value) => value ?? DEFAULT_PER_SECOND)

const types = z
  .array(z.string())
  .max(MAX_TYPES, `at most ${MAX_TYPES} are allowed`)
  .superRefine((patterns, context) => {
    const fault = faultOfPatterns(patterns)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  })
  .nullish()
  .transform((value) => value ?? [])

const statuses = z
  .array(z.enum(WebhookDeliveryStatus))
  .min(1, 'must not be empty; leave it out for all that ended')
  .refine((given) => !given.includes('PENDING'), 'PENDING ones are on their way already')
  .nullish()
  .transform((value) => [...new Set(value ?? FINISHED)])

const moment = z
  .date()
  .nullish()
  .transform((value) => value ?? undefined)

export const replayInput = z
  .object({ endpointId: z.string(), from: moment, to: moment, types, statuses, perSecond })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'must be after from',
  })
export type ReplayInput = z.infer<typeof replayInput>

/** All that was given up, whenever it was. */
export const retryExhaustedInput = z
  .object({ endpointId: z.string(), perSecond })
  .transform((input): ReplayInput => {
    return { ...input, from: undefined, to: undefined, types: [], statuses: ['EXHAUSTED'] }
  })
