import type { Location } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { createLocationInput, deleteLocationInput, updateLocationInput } from './input.ts'
import { createLocation, deleteLocation, updateLocation } from './service.ts'
import { LocationKindEnum, LocationType } from './type.ts'

defineCommand('locationCreate', {
  description: 'Adds a place. Records location.created.',
  permission: 'locations:write',
  schema: createLocationInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    kind: t.field({ type: LocationKindEnum, required: true, description: 'Its tier.' }),
    parentId: t.id({ description: 'The place one tier up; none for a site.' }),
    address: t.string({ description: 'Postal address, up to 500 characters.' }),
    timezone: t.string({ description: 'IANA time zone, "Europe/Berlin".' }),
  }),
  run: createLocation,
  payload: (t) => ({
    location: t.field({
      type: LocationType,
      nullable: true,
      description: 'The new place.',
      resolve: (payload): Location | null => payload.result ?? null,
    }),
  }),
})

defineCommand('locationUpdate', {
  description:
    'Changes details of a place; what is left out stays. Records location.updated if anything changed.',
  permission: 'locations:write',
  schema: updateLocationInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The place.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    address: t.string({ description: 'New address; null removes it.' }),
    timezone: t.string({ description: "New time zone; null = the organization's." }),
  }),
  run: updateLocation,
  payload: (t) => ({
    location: t.field({
      type: LocationType,
      nullable: true,
      description: 'The place after the change.',
      resolve: (payload): Location | null => payload.result ?? null,
    }),
  }),
})

defineCommand('locationDelete', {
  description:
    'Removes a place that holds nothing any more; otherwise a CONFLICT lists what it holds. Records location.deleted.',
  permission: 'locations:write',
  schema: deleteLocationInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The place.' }),
  }),
  run: deleteLocation,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed place.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
