import type { Service } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { deleteInput } from '../fields.ts'
import { createServiceInput, updateServiceInput } from './input.ts'
import { createService, deleteService, updateService } from './service.ts'

const ServiceObject = builder.prismaNode('Service', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('service', 'Service'),
  description: 'What can be had with a booking: catering, a set-up, a guided tour.',
  authScopes: { permission: 'services:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    group: t.relation('group', { nullable: true, description: 'Heading it is offered under.' }),
    durationMinutes: t.exposeInt('durationMinutes', {
      nullable: true,
      description: 'How long it takes.',
    }),
    priceCents: t.exposeInt('priceCents', {
      nullable: true,
      description: "Price in hundredths of the organization's currency.",
    }),
    resourceIds: t.field({
      type: ['ID'],
      description: 'Resources it is offered with, at most 100.',
      select: { resources: { select: { resourceId: true }, orderBy: { resourceId: 'asc' } } },
      resolve: ({ resources }) => resources.map((link) => link.resourceId),
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const ServiceWhere = builder.inputType('ServiceWhere', {
  description: 'Which services; all given conditions must hold.',
  fields: (t) => ({
    groupId: t.id({ description: 'Offered under this heading.' }),
    resourceId: t.id({ description: 'Offered with this resource.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

const toWhere = (where: typeof ServiceWhere.$inferInput | null | undefined) => ({
  ...(where?.groupId == null ? {} : { groupId: where.groupId }),
  ...(where?.resourceId == null ? {} : { resources: { some: { resourceId: where.resourceId } } }),
  ...(where?.search == null
    ? {}
    : { name: { contains: where.search, mode: 'insensitive' as const } }),
})

builder.queryFields((t) => ({
  service: t.prismaField({
    type: 'Service',
    nullable: true,
    description: 'One service; null when there is none with this id.',
    authScopes: { permission: 'services:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the service.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).service.findUnique({ ...query, where: { id } }),
  }),
  services: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Service',
      description: 'Services, by name.',
      authScopes: { permission: 'services:read' },
      args: {
        where: t.arg({ type: ServiceWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Service', query, context, info, {
          where: toWhere(where),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).service.count({ where: toWhere(where) }),
    },
    ...connectionNames('Service'),
  ),
}))

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
