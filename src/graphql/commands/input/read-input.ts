import type { z } from 'zod'
import { AccessError } from '../../../errors.ts'

/**
 * What an argument means that is not the input of a command: where there are no user errors to tell of
 * a broken rule, it is an error of the request.
 * @throws AccessError BAD_USER_INPUT naming what breaks a rule
 */
export function readInput<T>({ rule }: { rule: z.ZodType<T> }, given: object): T {
  const parsed = rule.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AccessError('BAD_USER_INPUT', `${issue?.path.join('.')}: ${issue?.message}`)
}
