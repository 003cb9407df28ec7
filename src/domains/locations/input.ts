import { z } from 'zod'
import { LocationKind } from '../../generated/prisma/enums.ts'

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
const address = z.string().trim().max(500, 'must have at most 500 characters')
const timezone = z.string().max(100)

export const createLocationInput = z.object({
  name,
  kind: z.enum(LocationKind),
  parentId: z.string().nullish(),
  address: address.nullish(),
  timezone: timezone.nullish(),
})
export type CreateLocationInput = z.infer<typeof createLocationInput>

export const updateLocationInput = z.object({
  id: z.string(),
  name: name.nullish().transform((value) => value ?? undefined),
  address: address.nullish(),
  timezone: timezone.nullish(),
})
export type UpdateLocationInput = z.infer<typeof updateLocationInput>

export const deleteLocationInput = z.object({
  id: z.string(),
})
export type DeleteLocationInput = z.infer<typeof deleteLocationInput>
