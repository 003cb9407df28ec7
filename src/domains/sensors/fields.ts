import { matching } from '../../graphql/commands/input/fields.ts'

export const metricKey = (description: string) =>
  matching(
    /^[a-z][a-zA-Z0-9_]{0,49}$/,
    'must be a letter, then up to 49 letters, digits or _',
    description,
  )
