import { z } from 'zod'

/** Lists that belong to the work order's own document: short, read and written with it. */
export const checklistShape = z.array(
  z.object({
    id: z.string(),
    text: z.string(),
    mandatory: z.boolean().describe('The work order cannot be completed before it is done.'),
    doneAt: z.int().optional().describe('Unix seconds.'),
    doneBy: z.string().optional(),
  }),
)
export type ChecklistItem = z.infer<typeof checklistShape>[number]

export const attachmentsShape = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    addedAt: z.int().describe('Unix seconds.'),
    addedBy: z.string().optional(),
  }),
)
export type Attachment = z.infer<typeof attachmentsShape>[number]

/** Checklist of a maintenance schedule: what each of its work orders starts with. */
export const checklistTemplateShape = z.array(
  z.object({ text: z.string(), mandatory: z.boolean() }),
)

export const MAX_CHECKLIST_ITEMS = 100
export const MAX_ATTACHMENTS = 50
