import { matching } from '../../graphql/commands/input/fields.ts'

export const topic = (description: string) =>
  matching(
    /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
    'must be small letters, digits and _ with dots',
    description,
  ).refine((value) => value.length <= 100, 'must have at most 100 characters')
