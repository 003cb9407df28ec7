import { z } from 'zod'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'

const note = z.string().trim().max(500, 'must have at most 500 characters')

export const createShiftInput = z.object({
  resourceId: z.string(),
  userId: z.string().nullish(),
  startTime: z.date(),
  endTime: z.date(),
  note: note.nullish(),
})
export type CreateShiftInput = z.infer<typeof createShiftInput>

export const updateShiftInput = z.object({
  id: z.string(),
  resourceId: unlessGiven(z.string()),
  userId: z.string().nullish(),
  startTime: unlessGiven(z.date()),
  endTime: unlessGiven(z.date()),
  note: note.nullish(),
})
export type UpdateShiftInput = z.infer<typeof updateShiftInput>
