import { z } from 'zod'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { description, text } from '../input.ts'

const cents = z.number().int().min(0, 'must not be negative').max(100_000_000)
const count = z.number().int().min(0, 'must not be negative').max(1_000_000_000)
/** Only addresses that a browser opens; a script in a link would run as whoever clicks it. */
const url = z
  .string()
  .trim()
  .max(2_000, 'must have at most 2000 characters')
  .refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), 'must be an http(s) URL')

export const byId = z.object({ id: z.string() })
export const startLaborInput = z.object({
  workOrderId: z.string(),
  userId: z.string().nullish(),
  note: description.nullish(),
})
export type StartLaborInput = z.infer<typeof startLaborInput>

/** Longest single entry; a forgotten timer is longer, typed work is not. */
const MOST_HOURS = 24

export const addLaborInput = z
  .object({
    workOrderId: z.string(),
    userId: z.string().nullish(),
    startedAt: z.date(),
    endedAt: z.date(),
    hourlyRateCents: cents.nullish(),
    note: description.nullish(),
  })
  .refine(({ startedAt, endedAt }) => endedAt > startedAt, {
    path: ['endedAt'],
    message: 'must be after startedAt',
  })
  .refine(({ startedAt, endedAt }) => +endedAt - +startedAt <= MOST_HOURS * 3_600_000, {
    path: ['endedAt'],
    message: `must be at most ${MOST_HOURS} hours after startedAt`,
  })
export type AddLaborInput = z.infer<typeof addLaborInput>

export const setLaborRateInput = z.object({ userId: z.string(), hourlyRateCents: cents })
export type SetLaborRateInput = z.infer<typeof setLaborRateInput>

export const usePartInput = z.object({
  workOrderId: z.string(),
  partId: z.string(),
  quantity: z.number().int().min(1, 'must be at least 1').max(1_000_000),
})
export type UsePartInput = z.infer<typeof usePartInput>

const partNumber = text(100)

export const createPartInput = z.object({
  name: text(200),
  partNumber: partNumber.nullish(),
  unit: text(20).nullish(),
  unitCostCents: cents.nullish(),
  stock: count.nullish(),
  minStock: count.nullish(),
})
export type CreatePartInput = z.infer<typeof createPartInput>

export const updatePartInput = z.object({
  id: z.string(),
  name: unlessGiven(text(200)),
  partNumber: partNumber.nullish(),
  unit: unlessGiven(text(20)),
  unitCostCents: unlessGiven(cents),
  minStock: unlessGiven(count),
})
export type UpdatePartInput = z.infer<typeof updatePartInput>

export const adjustPartStockInput = z.object({
  id: z.string(),
  by: z.number().int().min(-1_000_000_000).max(1_000_000_000),
})
export type AdjustPartStockInput = z.infer<typeof adjustPartStockInput>

export const addChecklistItemInput = z.object({
  workOrderId: z.string(),
  text: text(500),
  mandatory: z.boolean().nullish(),
})
export type AddChecklistItemInput = z.infer<typeof addChecklistItemInput>

export const checkItemInput = z.object({
  workOrderId: z.string(),
  itemId: z.string(),
  done: z.boolean(),
})
export type CheckItemInput = z.infer<typeof checkItemInput>

export const removeFromWorkOrderInput = z.object({ workOrderId: z.string(), id: z.string() })
export type RemoveFromWorkOrderInput = z.infer<typeof removeFromWorkOrderInput>

export const addAttachmentInput = z.object({ workOrderId: z.string(), name: text(200), url })
export type AddAttachmentInput = z.infer<typeof addAttachmentInput>

export const signWorkOrderInput = z.object({
  id: z.string(),
  name: text(200),
  imageUrl: url.nullish(),
})
export type SignWorkOrderInput = z.infer<typeof signWorkOrderInput>

export const addCommentInput = z.object({ workOrderId: z.string(), text: text(10_000) })
export type AddCommentInput = z.infer<typeof addCommentInput>
