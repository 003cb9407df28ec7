import type { Service } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { deleteInput } from '../fields.ts'
import { createServiceInput, updateServiceInput } from './input.ts'
import { createService, deleteService, updateService } from './service.ts'
import { ServiceObject } from './type.ts'

defineCommand('serviceCreate', {
  description: 'Adds a service. Records service.created.',
  permission: 'services:write',
  schema: createServiceInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 2,000 characters.' }),
    groupId: t.id({ description: 'Heading to offer it under.' }),
    durationMinutes: t.int({ description: 'How long it takes, 1–44,640.' }),
    priceCents: t.int({ description: "Price in hundredths of the organization's currency." }),
    resourceIds: t.idList({ description: 'Resources it is offered with, at most 100.' }),
  }),
  run: createService,
  payload: (t) => ({
    service: t.field({
      type: ServiceObject,
      nullable: true,
      description: 'The new service.',
      resolve: (payload): Service | null => payload.result ?? null,
    }),
  }),
})

defineCommand('serviceUpdate', {
  description:
    'Changes a service; what is left out stays. Records service.updated if anything changed.',
  permission: 'services:write',
  schema: updateServiceInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    groupId: t.id({ description: 'New heading; null = none.' }),
    durationMinutes: t.int({ description: 'How long it takes; null = not said.' }),
    priceCents: t.int({ description: 'New price; null = not said.' }),
    resourceIds: t.idList({ description: 'All resources it is offered with, anew.' }),
  }),
  run: updateService,
  payload: (t) => ({
    service: t.field({
      type: ServiceObject,
      nullable: true,
      description: 'The service after the change.',
      resolve: (payload): Service | null => payload.result ?? null,
    }),
  }),
})

defineCommand('serviceDelete', {
  description: 'Removes a service. Records service.deleted.',
  permission: 'services:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
  }),
  run: deleteService,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed service.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
