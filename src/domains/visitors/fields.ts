import { z } from 'zod'
import { field } from '../../graphql/commands/input/field.ts'
import { anyId, dateTime, email, id, oneOf, text } from '../../graphql/commands/input/fields.ts'
import { CheckpointEnum, TypeEnum } from './enums.ts'

/** Who comes; a change may clear what is not their name. */
export const person = {
  name: text({ max: 200 }, 'Full name, {min}–{max} characters.'),
  email: email('E-mail address.').clearable(),
  phone: text({ max: 50 }, 'Telephone number, up to {max} characters.').clearable(),
  company: text({ max: 200 }, 'Where they come from, up to {max} characters.').clearable(),
  type: oneOf(TypeEnum, 'Kind of visitor; GUEST when left out.').optional(),
}

/** What a visit is about. */
export const visit = {
  purpose: text({ max: 500 }, 'Why they come, up to {max} characters.').clearable(),
  hostId: id('Who is visited; an active user.'),
  locationId: id('Where.'),
  bookingId: anyId('Booking that they attend.').clearable(),
  expectedDeparture: dateTime('Announced departure.').clearable(),
}

export const reason = text({ max: 500 }, 'Why, {min}–{max} characters.')
/** Why something is called off. */
export const cancelReason = reason.describe('Why, up to {max} characters.').optional()

const documentRule = z
  .url({ protocol: /^https$/, error: 'must be an https address' })
  .max(2_000, 'must have at most 2000 characters')

/** A checkpoint that a visitor has completed. */
export const completion = {
  key: oneOf(CheckpointEnum, 'What was done.'),
  documentUrl: field(
    'String',
    documentRule,
    'https address of the signed form or the photo.',
  ).optional(),
}
