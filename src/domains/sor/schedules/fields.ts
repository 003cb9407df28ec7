import { inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { boolean, cents, int, oneOf, text } from '../../../graphql/commands/input/fields.ts'
import { RateUnitEnum } from './type.ts'

/** One imported item. */
export const rateItem = inputType(
  'RateItemInput',
  'One item to import. An item of the draft with the same code is changed to it.',
  {
    code: text({ max: 32 }, 'Code, {min}–{max} characters.'),
    shortDescription: text({ max: 200 }, 'In one line, {min}–{max} characters.'),
    longDescription: text(
      { min: 0, max: 5_000 },
      'What the rate includes, up to {max} characters.',
    ).optional(),
    trade: text({ min: 0, max: 100 }, 'Trade, up to {max} characters.').optional(),
    unit: oneOf(RateUnitEnum, 'What it is for one of.'),
    rateCents: cents('Price of one unit in cents, from 0 to below 2^53.'),
    standardMinutes: int(
      { min: 0, max: 100_000 },
      'Minutes that one unit usually takes.',
    ).optional(),
    enabled: boolean('Whether it may be quoted; true when left out.').optional(),
  },
)
export type RateItemInput = ValueOf<typeof rateItem>
