import { z } from 'zod'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { description, name, wholeNumber } from '../fields.ts'

const details = {
  description: description.nullish(),
  groupId: z.string().nullish(),
  durationMinutes: wholeNumber(1, 44_640).nullish(),
  priceCents: wholeNumber(0, 2_147_483_647).nullish(),
}
const resourceIds = z.array(z.string()).max(100, 'must have at most 100 resources')

export const createServiceInput = z.object({
  name,
  ...details,
  resourceIds: resourceIds.nullish(),
})
export type CreateServiceInput = z.infer<typeof createServiceInput>

export const updateServiceInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  ...details,
  resourceIds: unlessGiven(resourceIds),
})
export type UpdateServiceInput = z.infer<typeof updateServiceInput>

export const createServiceGroupInput = z.object({ name, description: description.nullish() })
export type CreateServiceGroupInput = z.infer<typeof createServiceGroupInput>

export const updateServiceGroupInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  description: description.nullish(),
})
export type UpdateServiceGroupInput = z.infer<typeof updateServiceGroupInput>
