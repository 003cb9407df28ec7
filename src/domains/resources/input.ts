import { z } from 'zod'
import { ReservableStatus, ResourceType } from '../../generated/prisma/enums.ts'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { description, name, wholeNumber } from './fields.ts'
import { openPeriod } from './open-hours.ts'

const DAY = 1_440

/** Fields that cannot be empty: left out or null, a new resource takes the default. */
const settings = {
  type: unlessGiven(z.enum(ResourceType)),
  reservableStatus: unlessGiven(z.enum(ReservableStatus)),
  requiresApproval: unlessGiven(z.boolean()),
  requiresCheckIn: unlessGiven(z.boolean()),
  checkInOpensMinutes: unlessGiven(wholeNumber(0, DAY)),
  releaseAfterMinutes: unlessGiven(wholeNumber(1, DAY)),
  bufferMinutes: unlessGiven(wholeNumber(0, DAY)),
  maxConcurrent: unlessGiven(wholeNumber(1, 1_000)),
}

/** Fields that null empties. */
const limits = {
  description: description.nullish(),
  capacity: wholeNumber(1, 100_000).nullish(),
  minMinutes: wholeNumber(1, 31 * DAY).nullish(),
  maxMinutes: wholeNumber(1, 31 * DAY).nullish(),
  maxAdvanceDays: wholeNumber(1, 1_825).nullish(),
  reminderMinutes: wholeNumber(1, 7 * DAY).nullish(),
  openHours: z.array(openPeriod).max(50, 'must have at most 50 periods').nullish(),
}

export const createResourceInput = z.object({
  name,
  locationId: z.string(),
  ...settings,
  ...limits,
})
export type CreateResourceInput = z.infer<typeof createResourceInput>

export const updateResourceInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  locationId: unlessGiven(z.string()),
  ...settings,
  ...limits,
})
export type UpdateResourceInput = z.infer<typeof updateResourceInput>
