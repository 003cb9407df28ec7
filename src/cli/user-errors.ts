import { Failure } from './failure.ts'

export interface UserError {
  message: string
}

/** @throws Failure with what a command refused */
export function demandDone(userErrors: readonly UserError[]): void {
  if (userErrors.length === 0) return
  throw new Failure(userErrors.map(({ message }) => message).join('\n'))
}
