import { z } from 'zod'
import { WorkOrderPriority, WorkOrderStatus, WorkOrderType } from '../generated/prisma/enums.ts'

const title = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
const description = z.string().trim().max(10_000, 'must have at most 10000 characters')
const reason = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 characters')
const expectedVersion = z.number().int().nullish()
/** Left out or null: unchanged, for fields that cannot be empty. */
const unlessGiven = <T>(schema: z.ZodType<T>) =>
  schema.nullish().transform((value) => value ?? undefined)

export const createWorkOrderInput = z.object({
  title,
  description: description.nullish(),
  priority: z.enum(WorkOrderPriority).nullish(),
  type: z.enum(WorkOrderType).nullish(),
  locationId: z.string(),
  assetId: z.string().nullish(),
  assigneeId: z.string().nullish(),
  dueAt: z.date().nullish(),
})
export type CreateWorkOrderInput = z.infer<typeof createWorkOrderInput>

export const updateWorkOrderInput = z.object({
  id: z.string(),
  expectedVersion,
  title: unlessGiven(title),
  description: description.nullish(),
  priority: unlessGiven(z.enum(WorkOrderPriority)),
  type: unlessGiven(z.enum(WorkOrderType)),
  locationId: unlessGiven(z.string()),
  assetId: z.string().nullish(),
  assigneeId: z.string().nullish(),
  dueAt: z.date().nullish(),
})
export type UpdateWorkOrderInput = z.infer<typeof updateWorkOrderInput>

export const changeWorkOrderStatusInput = z.object({
  id: z.string(),
  expectedVersion,
  status: z.enum(WorkOrderStatus),
  reason: unlessGiven(reason),
})
export type ChangeWorkOrderStatusInput = z.infer<typeof changeWorkOrderStatusInput>
