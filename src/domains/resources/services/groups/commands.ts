import type { ServiceGroup } from '../../../../generated/prisma/client.ts'
import { defineCommand } from '../../../../graphql/commands/command.ts'
import { deleteInput } from '../../fields.ts'
import { createServiceGroup, deleteServiceGroup, updateServiceGroup } from './service.ts'
import { createServiceGroupInput, updateServiceGroupInput } from '../input.ts'
import { ServiceGroupObject } from './type.ts'

defineCommand('serviceGroupCreate', {
  description: 'Adds a group of services. Records service_group.created.',
  permission: 'service-groups:write',
  schema: createServiceGroupInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 2,000 characters.' }),
  }),
  run: createServiceGroup,
  payload: (t) => ({
    serviceGroup: t.field({
      type: ServiceGroupObject,
      nullable: true,
      description: 'The new group.',
      resolve: (payload): ServiceGroup | null => payload.result ?? null,
    }),
  }),
})

defineCommand('serviceGroupUpdate', {
  description:
    'Changes a group of services; what is left out stays. Records service_group.updated if anything changed.',
  permission: 'service-groups:write',
  schema: updateServiceGroupInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The group.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
  }),
  run: updateServiceGroup,
  payload: (t) => ({
    serviceGroup: t.field({
      type: ServiceGroupObject,
      nullable: true,
      description: 'The group after the change.',
      resolve: (payload): ServiceGroup | null => payload.result ?? null,
    }),
  }),
})

defineCommand('serviceGroupDelete', {
  description:
    'Removes an empty group of services; a CONFLICT lists the services still in it. Records service_group.deleted.',
  permission: 'service-groups:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The group.' }),
  }),
  run: deleteServiceGroup,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed group.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
