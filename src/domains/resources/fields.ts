import { z } from 'zod'

/** Input fields that several commands share. */
export const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
export const description = z.string().trim().max(2_000, 'must have at most 2000 characters')

/** A whole number within limits, with a message that names them. */
export const wholeNumber = (least: number, most: number) =>
  z.number().int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`)

export const deleteInput = z.object({ id: z.string() })
export type DeleteInput = z.infer<typeof deleteInput>

type Changes<T> = { [K in Exclude<keyof T, 'id'>]?: Exclude<T[K], undefined> }

/** What an update asks to change: the given fields, without the record's id. */
export function changesOf<T extends object>(input: T): Changes<T> {
  return Object.fromEntries(
    Object.entries(input).filter(([field, value]) => field !== 'id' && value !== undefined),
  ) as Changes<T>
}
