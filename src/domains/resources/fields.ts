import { text } from '../../graphql/commands/input/fields.ts'

/** Fields of inputs that several commands share. */
export const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
export const newName = name.describe('New name, {min}–{max} characters.').optional()
const details = text({ min: 0, max: 2_000 }, 'Details, up to {max} characters.')
export const description = details.optional()
export const newDescription = details.describe('New details; null removes them.').clearable()

type Changes<T> = { [K in Exclude<keyof T, 'id'>]?: Exclude<T[K], undefined> }

/** What an update asks to change: the given fields, without the record's id. */
export function changesOf<T extends object>(input: T): Changes<T> {
  return Object.fromEntries(
    Object.entries(input).filter(([field, value]) => field !== 'id' && value !== undefined),
  ) as Changes<T>
}
