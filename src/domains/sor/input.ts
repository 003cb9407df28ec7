import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { RateUnit } from '../../generated/prisma/enums.ts'
import { MAX_CENTS, parseQuantity } from './money.ts'

/** Most items that one import takes. */
const MAX_IMPORT = 1_000
/** Most lines of a quotation; all of them stand in its events. */
const MAX_LINES = 200

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`)
const longText = (most: number) =>
  z.string().trim().max(most, `must have at most ${most} characters`)
const cents = z.bigint().min(0n, 'must not be negative').max(MAX_CENTS, 'must be below 2^53')

export const createScheduleInput = z.object({
  name: text(200),
  description: longText(2_000).nullish(),
  companyId: z.string().nullish(),
  effectiveFrom: z.date(),
  effectiveTo: z.date(),
})
export type CreateScheduleInput = z.infer<typeof createScheduleInput>

export const updateScheduleInput = z.object({
  id: z.string(),
  name: unlessGiven(text(200)),
  description: longText(2_000).nullish(),
  companyId: z.string().nullish(),
  effectiveFrom: unlessGiven(z.date()),
  effectiveTo: unlessGiven(z.date()),
})
export type UpdateScheduleInput = z.infer<typeof updateScheduleInput>

export const reviseScheduleInput = z.object({
  id: z.string(),
  effectiveFrom: unlessGiven(z.date()),
  effectiveTo: unlessGiven(z.date()),
})
export type ReviseScheduleInput = z.infer<typeof reviseScheduleInput>

/** A command that needs no more than the record and, if wanted, its version. */
export const stepInput = z.object({ id: z.string() })
export type StepInput = z.infer<typeof stepInput>

/** One imported item; checked one by one, so that one bad line does not sink a price list. */
export const rateItemInput = z.object({
  code: text(32),
  shortDescription: text(200),
  longDescription: longText(5_000).nullish(),
  trade: longText(100).nullish(),
  unit: z.enum(RateUnit),
  rateCents: cents,
  standardMinutes: z
    .number()
    .int()
    .min(0, 'must not be negative')
    .max(100_000, 'must be at most 100000')
    .nullish(),
  enabled: z.boolean().nullish(),
})
export type RateItemInput = z.infer<typeof rateItemInput>

export const importItemsInput = z.object({
  id: z.string(),
  items: z
    .array(z.unknown())
    .min(1, 'must not be empty')
    .max(MAX_IMPORT, `must have at most ${MAX_IMPORT} items`),
})
export type ImportItemsInput = z.infer<typeof importItemsInput>

export const removeItemsInput = z.object({
  id: z.string(),
  codes: z
    .array(z.string())
    .min(1, 'must not be empty')
    .max(MAX_IMPORT, `must have at most ${MAX_IMPORT} codes`),
})
export type RemoveItemsInput = z.infer<typeof removeItemsInput>

const line = z.object({
  itemId: z.string().nullish(),
  quantity: z.string().transform((given, context) => {
    const milli = parseQuantity(given)
    if (milli !== undefined) return milli
    context.addIssue('must be a decimal above zero with at most three places, like "2.5"')
    return z.NEVER
  }),
  code: text(32).nullish(),
  description: text(500).nullish(),
  unit: z.enum(RateUnit).nullish(),
  rateCents: cents.nullish(),
  reason: text(500).nullish(),
})
export type LineInput = z.infer<typeof line>

const lines = z.array(line).max(MAX_LINES, `must have at most ${MAX_LINES} lines`)
const note = longText(2_000)

export const createQuotationInput = z.object({
  scheduleId: z.string(),
  workOrderId: z.string(),
  note: note.nullish(),
  lines: unlessGiven(lines),
})
export type CreateQuotationInput = z.infer<typeof createQuotationInput>

export const updateQuotationInput = z.object({
  id: z.string(),
  scheduleId: unlessGiven(z.string()),
  note: note.nullish(),
  lines: unlessGiven(lines),
})
export type UpdateQuotationInput = z.infer<typeof updateQuotationInput>

export const rejectQuotationInput = stepInput.extend({ reason: text(500) })
export type RejectQuotationInput = z.infer<typeof rejectQuotationInput>

export const cancelQuotationInput = stepInput.extend({ reason: unlessGiven(text(500)) })
export type CancelQuotationInput = z.infer<typeof cancelQuotationInput>

export const setApprovalLimitInput = stepInput.extend({
  approvalLimitCents: cents.nullish().transform((limit) => limit ?? null),
})
export type SetApprovalLimitInput = z.infer<typeof setApprovalLimitInput>
