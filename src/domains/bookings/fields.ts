import { builder } from '../../graphql/builder.ts'
import type { ValueOf } from '../../graphql/commands/input/field.ts'
import { dateTime, id, int, oneOf, text } from '../../graphql/commands/input/fields.ts'
import { MINUTE_MS } from '../locations/wall-clock.ts'

/** A moment as bookings have it. */
export const wholeMinute = (description: string) =>
  dateTime(description).refine(
    (value) => value.getTime() % MINUTE_MS === 0,
    'must be a whole minute',
  )

export const title = text({ min: 0, max: 200 }, 'What it is about, up to {max} characters.')
export const attendees = int(
  { min: 1, max: 100_000 },
  'People expected; at most as many as the resource holds.',
)

/** What a new booking says beside its time; a series says the same. */
export const newBooking = {
  resourceId: id('What.'),
  title: title.optional(),
  attendees: attendees.optional(),
  serviceId: id('A service that is offered with the resource.').optional(),
  customerId: id('Customer it is for.').optional(),
  bookedById: id(
    'Whom it is for; oneself when left out. Managers and keys book for others.',
  ).optional(),
}

const EditScopeEnum = builder.enumType('BookingEditScope', {
  description: 'Which bookings of a series a change is meant for.',
  values: {
    THIS: { description: 'This one alone.' },
    THIS_AND_FOLLOWING: { description: 'This one and those after it.' },
    ALL: { description: 'This one and all of the series that have not begun.' },
  } as const,
})

export const scope = oneOf(EditScopeEnum, 'Of a series, which; THIS when left out.').default('THIS')
export type EditScope = ValueOf<typeof scope>
