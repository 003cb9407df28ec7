import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import { boolean, id, int, listOf, oneOf, onlyId } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { WeekdayEnum } from '../locations/weekday.ts'
import { description, name, newDescription, newName } from './fields.ts'
import { openPeriod as periodRule } from './open-hours.ts'
import { createResource, deleteResource, updateResource } from './service.ts'
import { ReservableStatusEnum, ResourceObject, ResourceTypeEnum } from './type.ts'

const DAY = 1_440

const { opens, closes } = periodRule.shape
const openPeriod = inputType(
  'OpenPeriodInput',
  "A stretch of a weekday, on the wall clock of the resource's place.",
  {
    day: oneOf(WeekdayEnum, 'Which day.'),
    opens: field('String', opens, 'From, "08:30".'),
    closes: field('String', closes, 'Until, "18:00"; "24:00" = midnight.'),
  },
)
const openHours = listOf(openPeriod, { max: 50 }, 'When it is open; always when left out.')

const checkInOpens = int(
  { min: 0, max: DAY },
  `Minutes before the start, 0–${DAY}; 15 when left out.`,
)
const releaseAfter = int(
  { min: 1, max: DAY },
  `Minutes after the start, 1–${DAY}; 15 when left out.`,
)
const buffer = int(
  { min: 0, max: DAY },
  `Kept free between two bookings, 0–${DAY}; 0 when left out.`,
)
const maxConcurrent = int(
  { min: 1, max: 1_000 },
  'Bookings that may overlap, {min}–{max}; 1 when left out.',
)
const capacity = int({ min: 1, max: 100_000 }, 'People it holds.')
const minMinutes = int({ min: 1, max: 31 * DAY }, 'Shortest booking.')
const maxMinutes = int({ min: 1, max: 31 * DAY }, 'Longest booking, at most {max} (31 days).')
const maxAdvance = int({ min: 1, max: 1_825 }, 'How many days ahead it may begin, at most {max}.')
const reminder = int(
  { min: 1, max: 7 * DAY },
  `Remind whoever booked so many minutes before, 1–${7 * DAY}; not at all when left out.`,
)

const createInput = inputOf({
  name,
  locationId: id('Where.'),
  description,
  type: oneOf(ResourceTypeEnum, 'Kind; ROOM when left out.').optional(),
  capacity: capacity.optional(),
  reservableStatus: oneOf(
    ReservableStatusEnum,
    'Who may book it; RESERVABLE when left out.',
  ).optional(),
  requiresApproval: boolean('Bookings wait for a manager; no when left out.').optional(),
  requiresCheckIn: boolean(
    'Bookings without a check-in are released; no when left out.',
  ).optional(),
  checkInOpensMinutes: checkInOpens.optional(),
  releaseAfterMinutes: releaseAfter.optional(),
  bufferMinutes: buffer.optional(),
  reminderMinutes: reminder.optional(),
  minMinutes: minMinutes.optional(),
  maxMinutes: maxMinutes.optional(),
  maxAdvanceDays: maxAdvance.optional(),
  openHours: openHours.optional(),
  maxConcurrent: maxConcurrent.optional(),
})
export type CreateResourceInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The resource.'),
  name: newName,
  locationId: id('New place.').optional(),
  description: newDescription,
  type: oneOf(ResourceTypeEnum, 'New kind.').optional(),
  capacity: capacity.describe('People it holds; null = does not matter.').clearable(),
  reservableStatus: oneOf(ReservableStatusEnum, 'Who may book it.').optional(),
  requiresApproval: boolean('Whether bookings wait for a manager.').optional(),
  requiresCheckIn: boolean('Whether bookings need a check-in.').optional(),
  checkInOpensMinutes: checkInOpens.describe(`Minutes before the start, 0–${DAY}.`).optional(),
  releaseAfterMinutes: releaseAfter.describe(`Minutes after the start, 1–${DAY}.`).optional(),
  bufferMinutes: buffer.describe(`Kept free between two bookings, 0–${DAY}.`).optional(),
  reminderMinutes: reminder
    .describe(`Minutes before the start, 1–${7 * DAY}; null = no reminder.`)
    .clearable(),
  minMinutes: minMinutes.describe('Shortest booking; null = any.').clearable(),
  maxMinutes: maxMinutes.describe('Longest booking; null = 31 days.').clearable(),
  maxAdvanceDays: maxAdvance.describe('How many days ahead it may begin; null = any.').clearable(),
  openHours: openHours.describe('All periods anew; null = always open.').clearable(),
  maxConcurrent: maxConcurrent
    .describe(
      'Bookings that may overlap, {min}–{max}. A CONFLICT lists the bookings for which it would be too few.',
    )
    .optional(),
})
export type UpdateResourceInput = ValueOf<typeof updateInput>

defineCommand('resourceCreate', {
  description: 'Adds something that can be booked. Records resource.created.',
  permission: 'resources:write',
  input: createInput,
  run: createResource,
  payload: recordPayload('resource', ResourceObject, 'The new resource.'),
})

defineCommand('resourceUpdate', {
  description:
    'Changes a resource; what is left out stays. Records resource.reservable_status.changed for that status and resource.updated for anything else. Bookings keep the rules under which they were made.',
  permission: 'resources:write',
  input: updateInput,
  run: updateResource,
  payload: recordPayload('resource', ResourceObject, 'The resource after the change.'),
})

defineCommand('resourceDelete', {
  description:
    'Removes a resource; refused with a CONFLICT while bookings or shifts are planned for it. One with past bookings stays readable as archived. Records resource.deleted.',
  permission: 'resources:write',
  input: onlyId('The resource.'),
  run: deleteResource,
  payload: deletedPayload('Id of the removed resource.'),
})
