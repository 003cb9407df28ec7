import { z } from 'zod'
import { WorkOrderPriority } from '../../../generated/prisma/enums.ts'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { description, reason, title } from '../input.ts'

export const createWorkRequestInput = z.object({
  title,
  description: description.nullish(),
  locationId: z.string(),
})
export type CreateWorkRequestInput = z.infer<typeof createWorkRequestInput>

export const acceptWorkRequestInput = z.object({
  id: z.string(),
  title: unlessGiven(title),
  priority: z.enum(WorkOrderPriority).nullish(),
  assigneeId: z.string().nullish(),
  companyId: z.string().max(60).nullish(),
  dueAt: z.date().nullish(),
})
export type AcceptWorkRequestInput = z.infer<typeof acceptWorkRequestInput>

export const rejectWorkRequestInput = z.object({ id: z.string(), reason })
export type RejectWorkRequestInput = z.infer<typeof rejectWorkRequestInput>
