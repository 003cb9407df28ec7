import type { Manager } from '../../../generated/prisma/client.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { createManagerInput, deleteInput, updateManagerInput } from '../input.ts'
import { createManager, deleteManager, updateManager } from './service.ts'
import { ManagerObject } from './type.ts'

defineCommand('managerCreate', {
  description: 'Makes a user a manager of a company or a place. Records manager.created.',
  permission: 'managers:write',
  schema: createManagerInput,
  input: (t) => ({
    userId: t.id({ required: true, description: 'Who; an active user.' }),
    companyId: t.id({ description: 'Of which company; this or locationId.' }),
    locationId: t.id({ description: 'Of which place; this or companyId.' }),
    title: t.string({ description: 'What the duty is called, up to 100 characters.' }),
  }),
  run: createManager,
  payload: (t) => ({
    manager: t.field({
      type: ManagerObject,
      nullable: true,
      description: 'The new manager.',
      resolve: (payload): Manager | null => payload.result ?? null,
    }),
  }),
})

defineCommand('managerUpdate', {
  description: 'Changes details of a manager. Records manager.updated if anything changed.',
  permission: 'managers:write',
  schema: updateManagerInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The manager.' }),
    title: t.string({ description: 'New title; null removes it.' }),
  }),
  run: updateManager,
  payload: (t) => ({
    manager: t.field({
      type: ManagerObject,
      nullable: true,
      description: 'The manager after the change.',
      resolve: (payload): Manager | null => payload.result ?? null,
    }),
  }),
})

defineCommand('managerDelete', {
  description: 'Ends the duty of a manager; the user stays. Records manager.deleted.',
  permission: 'managers:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The manager.' }),
  }),
  run: deleteManager,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the ended duty.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
