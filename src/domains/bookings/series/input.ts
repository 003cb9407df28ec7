import { z } from 'zod'
import { BookingFrequency } from '../../../generated/prisma/enums.ts'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { wholeNumber } from '../../resources/fields.ts'
import { WEEKDAYS } from '../../resources/open-hours.ts'
import { createBookingInput } from '../input.ts'
import { MAX_OCCURRENCES } from './recurrence.ts'

const ON_CONFLICT = ['FAIL', 'SKIP'] as const

export const createSeriesInput = createBookingInput.extend({
  rule: z.object({
    frequency: z.enum(BookingFrequency),
    interval: wholeNumber(1, 100)
      .nullish()
      .transform((value) => value ?? 1),
    daysOfWeek: z
      .array(z.enum(WEEKDAYS))
      .max(7, 'must have at most 7 days')
      .nullish()
      .transform((days) =>
        [...new Set(days)].map((day) => WEEKDAYS.indexOf(day) + 1).toSorted((a, b) => a - b),
      ),
    count: wholeNumber(1, MAX_OCCURRENCES)
      .nullish()
      .transform((value) => value ?? null),
    until: z
      .date()
      .nullish()
      .transform((value) => value ?? null),
  }),
  timezone: unlessGiven(z.string().max(100)),
  onConflict: z
    .enum(ON_CONFLICT)
    .nullish()
    .transform((value) => value ?? 'FAIL'),
})
export type CreateSeriesInput = z.infer<typeof createSeriesInput>

export const cancelSeriesInput = z.object({
  id: z.string(),
  reason: z.string().trim().max(500, 'must have at most 500 characters').nullish(),
})
export type CancelSeriesInput = z.infer<typeof cancelSeriesInput>
