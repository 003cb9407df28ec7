import type { Resource } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { WeekdayEnum } from '../locations/weekday.ts'
import { deleteInput } from './fields.ts'
import { createResourceInput, updateResourceInput } from './input.ts'
import { ReservableStatusEnum, ResourceObject, ResourceTypeEnum } from './type.ts'
import { createResource, deleteResource, updateResource } from './service.ts'

const OpenPeriodInput = builder.inputType('OpenPeriodInput', {
  description: "A stretch of a weekday, on the wall clock of the resource's place.",
  fields: (t) => ({
    day: t.field({ type: WeekdayEnum, required: true, description: 'Which day.' }),
    opens: t.string({ required: true, description: 'From, "08:30".' }),
    closes: t.string({ required: true, description: 'Until, "18:00"; "24:00" = midnight.' }),
  }),
})

defineCommand('resourceCreate', {
  description: 'Adds something that can be booked. Records resource.created.',
  permission: 'resources:write',
  schema: createResourceInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    locationId: t.id({ required: true, description: 'Where.' }),
    description: t.string({ description: 'Details, up to 2,000 characters.' }),
    type: t.field({ type: ResourceTypeEnum, description: 'Kind; ROOM when left out.' }),
    capacity: t.int({ description: 'People it holds.' }),
    reservableStatus: t.field({
      type: ReservableStatusEnum,
      description: 'Who may book it; RESERVABLE when left out.',
    }),
    requiresApproval: t.boolean({ description: 'Bookings wait for a manager; no when left out.' }),
    requiresCheckIn: t.boolean({
      description: 'Bookings without a check-in are released; no when left out.',
    }),
    checkInOpensMinutes: t.int({
      description: 'Minutes before the start, 0–1440; 15 when left out.',
    }),
    releaseAfterMinutes: t.int({
      description: 'Minutes after the start, 1–1440; 15 when left out.',
    }),
    bufferMinutes: t.int({
      description: 'Kept free between two bookings, 0–1440; 0 when left out.',
    }),
    reminderMinutes: t.int({
      description:
        'Remind whoever booked so many minutes before, 1–10080; not at all when left out.',
    }),
    minMinutes: t.int({ description: 'Shortest booking.' }),
    maxMinutes: t.int({ description: 'Longest booking, at most 44,640 (31 days).' }),
    maxAdvanceDays: t.int({ description: 'How many days ahead it may begin, at most 1,825.' }),
    openHours: t.field({
      type: [OpenPeriodInput],
      description: 'When it is open; always when left out.',
    }),
    maxConcurrent: t.int({
      description: 'Bookings that may overlap, 1–1,000; 1 when left out.',
    }),
  }),
  run: createResource,
  payload: (t) => ({
    resource: t.field({
      type: ResourceObject,
      nullable: true,
      description: 'The new resource.',
      resolve: (payload): Resource | null => payload.result ?? null,
    }),
  }),
})

defineCommand('resourceUpdate', {
  description:
    'Changes a resource; what is left out stays. Records resource.reservable_status.changed for that status and resource.updated for anything else. Bookings keep the rules under which they were made.',
  permission: 'resources:write',
  schema: updateResourceInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The resource.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    locationId: t.id({ description: 'New place.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    type: t.field({ type: ResourceTypeEnum, description: 'New kind.' }),
    capacity: t.int({ description: 'People it holds; null = does not matter.' }),
    reservableStatus: t.field({ type: ReservableStatusEnum, description: 'Who may book it.' }),
    requiresApproval: t.boolean({ description: 'Whether bookings wait for a manager.' }),
    requiresCheckIn: t.boolean({ description: 'Whether bookings need a check-in.' }),
    checkInOpensMinutes: t.int({ description: 'Minutes before the start, 0–1440.' }),
    releaseAfterMinutes: t.int({ description: 'Minutes after the start, 1–1440.' }),
    bufferMinutes: t.int({ description: 'Kept free between two bookings, 0–1440.' }),
    reminderMinutes: t.int({
      description: 'Minutes before the start, 1–10080; null = no reminder.',
    }),
    minMinutes: t.int({ description: 'Shortest booking; null = any.' }),
    maxMinutes: t.int({ description: 'Longest booking; null = 31 days.' }),
    maxAdvanceDays: t.int({ description: 'How many days ahead it may begin; null = any.' }),
    openHours: t.field({
      type: [OpenPeriodInput],
      description: 'All periods anew; null = always open.',
    }),
    maxConcurrent: t.int({
      description:
        'Bookings that may overlap, 1–1,000. A CONFLICT lists the bookings for which it would be too few.',
    }),
  }),
  run: updateResource,
  payload: (t) => ({
    resource: t.field({
      type: ResourceObject,
      nullable: true,
      description: 'The resource after the change.',
      resolve: (payload): Resource | null => payload.result ?? null,
    }),
  }),
})

defineCommand('resourceDelete', {
  description:
    'Removes a resource; refused with a CONFLICT while bookings or shifts are planned for it. One with past bookings stays readable as archived. Records resource.deleted.',
  permission: 'resources:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The resource.' }),
  }),
  run: deleteResource,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed resource.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
