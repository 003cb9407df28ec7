import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { id, oneOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { createLocation, deleteLocation, updateLocation } from './service.ts'
import { LocationKindEnum, LocationType } from './type.ts'

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
const address = text({ min: 0, max: 500 }, 'Postal address, up to {max} characters.')
const timezone = text({ min: 0, max: 100, trim: false }, 'IANA time zone, "Europe/Berlin".')

const createInput = inputOf({
  name,
  kind: oneOf(LocationKindEnum, 'Its tier.'),
  parentId: id('The place one tier up; none for a site.').optional(),
  address: address.optional(),
  timezone: timezone.optional(),
})
export type CreateLocationInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The place.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  address: address.describe('New address; null removes it.').clearable(),
  timezone: timezone.describe("New time zone; null = the organization's.").clearable(),
})
export type UpdateLocationInput = ValueOf<typeof updateInput>

defineCommand('locationCreate', {
  description: 'Adds a place. Records location.created.',
  permission: 'locations:write',
  input: createInput,
  run: createLocation,
  payload: recordPayload('location', LocationType, 'The new place.'),
})

defineCommand('locationUpdate', {
  description:
    'Changes details of a place; what is left out stays. Records location.updated if anything changed.',
  permission: 'locations:write',
  input: updateInput,
  run: updateLocation,
  payload: recordPayload('location', LocationType, 'The place after the change.'),
})

defineCommand('locationDelete', {
  description:
    'Removes a place that holds nothing any more; otherwise a CONFLICT lists what it holds. Records location.deleted.',
  permission: 'locations:write',
  input: onlyId('The place.'),
  run: deleteLocation,
  payload: deletedPayload('Id of the removed place.'),
})
