import type { z } from 'zod'
import { faultOfPatterns } from '../../event-log/event-patterns.ts'
import type { WebhookDeliveryStatus } from '../../generated/prisma/enums.ts'
import { inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import { dateTime, eventType, id, int, listOf, oneOf } from '../../graphql/commands/input/fields.ts'
import { DeliveryStatusEnum } from '../deliveries/type.ts'

const FINISHED: WebhookDeliveryStatus[] = ['SUCCEEDED', 'EXHAUSTED', 'CANCELLED']

export const endpointId = id('The endpoint.')
export const perSecond = int(
  { min: 1, max: 100 },
  'Deliveries per second, at most: {min}–{max}; 10 when left out.',
).default(10)

/** Which deliveries are sent once more, and how fast. */
const selection = {
  endpointId,
  from: dateTime('Only deliveries created then or later.').optional(),
  to: dateTime('Only deliveries created before.').optional(),
  types: listOf(
    eventType(''),
    { max: 100 },
    'Only these types; exact, "workorder.*" or "*". All when left out.',
  )
    .check(faultOfPatterns)
    .default([]),
  statuses: listOf(
    oneOf(DeliveryStatusEnum, ''),
    { max: 2_000, distinct: true },
    'Only deliveries that ended so: EXHAUSTED for what was given up. SUCCEEDED, EXHAUSTED and CANCELLED when left out.',
  )
    .refine((given) => given.length > 0, 'must not be empty; leave it out for all that ended')
    .refine((given) => !given.includes('PENDING'), 'PENDING ones are on their way already')
    .default(FINISHED),
  perSecond,
}

const inOrder = <T extends z.ZodType<{ from?: Date | undefined; to?: Date | undefined }>>(
  rule: T,
): T =>
  rule.refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'must be after from',
  })

export const replayInput = inputOf(selection, inOrder)
export type ReplayInput = ValueOf<typeof replayInput>

export const replayPreview = inputType(
  'WebhookReplayPreviewInput',
  'Input of webhookReplayPreview, the same as of webhookReplayStart.',
  selection,
  inOrder,
)
