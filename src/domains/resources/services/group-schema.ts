import type { ServiceGroup } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { deleteInput } from '../fields.ts'
import { createServiceGroup, deleteServiceGroup, updateServiceGroup } from './groups/service.ts'
import { createServiceGroupInput, updateServiceGroupInput } from './input.ts'

const ServiceGroupObject = builder.prismaNode('ServiceGroup', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('serviceGroup', 'ServiceGroup'),
  description: 'A heading under which services are offered.',
  authScopes: { permission: 'service-groups:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    services: t.relatedConnection(
      'services',
      {
        ...pageOptions,
        totalCount: true,
        description: 'Services of the group, by name.',
        query: () => ({ orderBy: [{ name: 'asc' as const }, { id: 'asc' as const }] }),
      },
      ...connectionNames('ServiceGroupServices'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryFields((t) => ({
  serviceGroups: t.prismaConnection(
    {
      ...pageOptions,
      type: 'ServiceGroup',
      description: 'Groups of services, by name.',
      authScopes: { permission: 'service-groups:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('ServiceGroup', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).serviceGroup.count(),
    },
    ...connectionNames('ServiceGroup'),
  ),
}))

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
