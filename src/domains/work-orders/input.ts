import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { WorkOrderPriority, WorkOrderStatus, WorkOrderType } from '../../generated/prisma/enums.ts'
import { MAX_CHECKLIST_ITEMS } from './records/checklist.ts'

/** Text of at least one and at most so many characters, without blanks around it. */
export const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`)
export const title = text(200)
export const description = z.string().trim().max(10_000, 'must have at most 10000 characters')
export const reason = text(500)

const checklistItem = z.object({
  text: text(500),
  mandatory: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
})
export const checklist = z
  .array(checklistItem)
  .max(MAX_CHECKLIST_ITEMS, `must have at most ${MAX_CHECKLIST_ITEMS} items`)

export const createWorkOrderInput = z.object({
  title,
  description: description.nullish(),
  priority: z.enum(WorkOrderPriority).nullish(),
  type: z.enum(WorkOrderType).nullish(),
  locationId: z.string(),
  assetId: z.string().nullish(),
  assigneeId: z.string().nullish(),
  companyId: z.string().max(60).nullish(),
  dueAt: z.date().nullish(),
  requiresSignature: z.boolean().nullish(),
  checklist: checklist.nullish(),
})
export type CreateWorkOrderInput = z.infer<typeof createWorkOrderInput>

export const updateWorkOrderInput = z.object({
  id: z.string(),
  title: unlessGiven(title),
  description: description.nullish(),
  priority: unlessGiven(z.enum(WorkOrderPriority)),
  type: unlessGiven(z.enum(WorkOrderType)),
  locationId: unlessGiven(z.string()),
  assetId: z.string().nullish(),
  assigneeId: z.string().nullish(),
  companyId: z.string().max(60).nullish(),
  dueAt: z.date().nullish(),
  requiresSignature: unlessGiven(z.boolean()),
})
export type UpdateWorkOrderInput = z.infer<typeof updateWorkOrderInput>

export const changeWorkOrderStatusInput = z.object({
  id: z.string(),
  status: z.enum(WorkOrderStatus),
  reason: unlessGiven(reason),
})
/** One of several: each may have been decided on another version. */
export const changeWorkOrderStatusItem = changeWorkOrderStatusInput.extend({
  expectedVersion: z.number().int().nullish(),
})
export type ChangeWorkOrderStatusInput = z.infer<typeof changeWorkOrderStatusItem>

export const deleteWorkOrderInput = z.object({ id: z.string() })
export type DeleteWorkOrderInput = z.infer<typeof deleteWorkOrderInput>

/** Items of one bulk mutation: what fits into one transaction of a second or so. */
export const MAX_BULK_ITEMS = 200
const items = <T>(item: z.ZodType<T>) =>
  z.object({
    items: z
      .array(item)
      .min(1, 'must not be empty')
      .max(MAX_BULK_ITEMS, `must have at most ${MAX_BULK_ITEMS} items`),
  })

// The items themselves are checked one by one, so that one that breaks a rule is refused alone.
export const bulkCreateInput = items(z.unknown())
export const bulkChangeStatusInput = items(z.looseObject({ id: z.string() }))
