import type { z } from 'zod'

/** Left out or null: unchanged, for fields that cannot be empty. */
export const unlessGiven = <T>(schema: z.ZodType<T>) =>
  schema.nullish().transform((value) => value ?? undefined)
