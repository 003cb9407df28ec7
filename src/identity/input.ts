import { z } from 'zod'
import { SCOPES } from '../caller.ts'

export const signInInput = z.object({
  email: z.string().trim().toLowerCase().max(320),
  password: z.string().max(1_000),
})

export const createApiKeyInput = z.object({
  name: z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  scopes: z.array(z.enum(SCOPES)).min(1, 'must name at least one scope'),
})
export type CreateApiKeyInput = z.infer<typeof createApiKeyInput>

export const revokeApiKeyInput = z.object({ id: z.string() })
