import { texts } from '../../texts.ts'

export const listed = (names: readonly string[]): string =>
  names.length === 0 ? texts.none : names.join(', ')
