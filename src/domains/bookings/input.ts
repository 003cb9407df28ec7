import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { wholeNumber } from '../resources/fields.ts'
import { MINUTE_MS } from '../locations/wall-clock.ts'

const moment = z
  .date()
  .refine((value) => value.getTime() % MINUTE_MS === 0, 'must be a whole minute')
const title = z.string().trim().max(200, 'must have at most 200 characters')
const reason = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 characters')

/** What a booking is about, beside where and when; a series has the same. */
const bookingDetails = {
  title: title.nullish(),
  attendees: wholeNumber(1, 100_000).nullish(),
  serviceId: z.string().nullish(),
  customerId: z.string().nullish(),
}

export const createBookingInput = z.object({
  resourceId: z.string(),
  startTime: moment,
  endTime: moment,
  bookedById: z.string().nullish(),
  ...bookingDetails,
})
export type CreateBookingInput = z.infer<typeof createBookingInput>

/** Which bookings of a series a change is meant for. */
const EDIT_SCOPES = ['THIS', 'THIS_AND_FOLLOWING', 'ALL'] as const
export type EditScope = (typeof EDIT_SCOPES)[number]
const scope = z
  .enum(EDIT_SCOPES)
  .nullish()
  .transform((value) => value ?? 'THIS')

export const updateBookingInput = z.object({
  id: z.string(),
  scope,
  resourceId: unlessGiven(z.string()),
  startTime: unlessGiven(moment),
  endTime: unlessGiven(moment),
  ...bookingDetails,
})
export type UpdateBookingInput = z.infer<typeof updateBookingInput>

export const cancelBookingInput = z.object({
  id: z.string(),
  scope,
  reason: reason.nullish(),
})
export type CancelBookingInput = z.infer<typeof cancelBookingInput>

export const bookingActionInput = z.object({ id: z.string() })
export type BookingActionInput = z.infer<typeof bookingActionInput>

export const rejectBookingInput = z.object({ id: z.string(), reason })
export type RejectBookingInput = z.infer<typeof rejectBookingInput>

/** Bookings that one call may delete. */
const MAX_BULK = 500

export const bulkDeleteBookingsInput = z.object({
  ids: z
    .array(z.string())
    .min(1, 'must not be empty')
    .max(MAX_BULK, `must have at most ${MAX_BULK} ids`),
  expectedVersions: z.array(z.number().int()).nullish(),
})
export type BulkDeleteBookingsInput = z.infer<typeof bulkDeleteBookingsInput>
