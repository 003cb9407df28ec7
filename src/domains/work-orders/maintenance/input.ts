import { z } from 'zod'
import {
  MaintenanceBasis,
  MaintenanceFrequency,
  WorkOrderPriority,
} from '../../../generated/prisma/enums.ts'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { checklist, description, reason, title } from '../input.ts'
import { WEEKDAYS } from '../sla/policy-shapes.ts'

const interval = z.number().int().min(1, 'must be at least 1').max(1_000, 'must be at most 1000')
/** Names as the API has them, numbers (1 = Monday) as the database keeps them. */
const daysOfWeek = z
  .array(z.enum(WEEKDAYS))
  .transform((days) =>
    [...new Set(days)].map((day) => WEEKDAYS.indexOf(day) + 1).toSorted((a, b) => a - b),
  )
const dayOfMonth = z.number().int().min(1, 'must be 1 to 31').max(31, 'must be 1 to 31')
const aheadSeconds = z
  .number()
  .int()
  .min(0, 'must not be negative')
  .max(31_622_400, 'must be at most a year')

export const createScheduleInput = z.object({
  title,
  description: description.nullish(),
  locationId: z.string(),
  priority: z.enum(WorkOrderPriority).nullish(),
  assigneeId: z.string().nullish(),
  companyId: z.string().max(60).nullish(),
  frequency: z.enum(MaintenanceFrequency),
  interval: interval.nullish(),
  daysOfWeek: daysOfWeek.nullish(),
  dayOfMonth: dayOfMonth.nullish(),
  timezone: z.string().max(100).nullish(),
  startsAt: z.date(),
  endsAt: z.date().nullish(),
  aheadSeconds: aheadSeconds.nullish(),
  basedOn: z.enum(MaintenanceBasis).nullish(),
  requiresSignature: z.boolean().nullish(),
  checklist: checklist.nullish(),
  active: z.boolean().nullish(),
})
export type CreateScheduleInput = z.infer<typeof createScheduleInput>

export const updateScheduleInput = z.object({
  id: z.string(),
  title: unlessGiven(title),
  description: description.nullish(),
  locationId: unlessGiven(z.string()),
  priority: unlessGiven(z.enum(WorkOrderPriority)),
  assigneeId: z.string().nullish(),
  companyId: z.string().max(60).nullish(),
  frequency: unlessGiven(z.enum(MaintenanceFrequency)),
  interval: unlessGiven(interval),
  daysOfWeek: unlessGiven(daysOfWeek),
  dayOfMonth: dayOfMonth.nullish(),
  timezone: z.string().max(100).nullish(),
  startsAt: unlessGiven(z.date()),
  endsAt: z.date().nullish(),
  aheadSeconds: unlessGiven(aheadSeconds),
  basedOn: unlessGiven(z.enum(MaintenanceBasis)),
  requiresSignature: unlessGiven(z.boolean()),
  checklist: unlessGiven(checklist),
  active: unlessGiven(z.boolean()),
})
export type UpdateScheduleInput = z.infer<typeof updateScheduleInput>

export const deleteScheduleInput = z.object({ id: z.string() })
export type DeleteScheduleInput = z.infer<typeof deleteScheduleInput>

export const skipOccurrenceInput = z.object({
  id: z.string(),
  occurrenceAt: z.date().nullish(),
  reason,
})
export type SkipOccurrenceInput = z.infer<typeof skipOccurrenceInput>
