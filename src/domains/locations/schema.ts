import type { Location } from '../../generated/prisma/client.ts'
import { LocationKind } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { createLocationInput, deleteLocationInput, updateLocationInput } from './input.ts'
import { createLocation, deleteLocation, updateLocation } from './service.ts'

const LocationKindEnum = builder.enumType('LocationKind', {
  description: 'Tier of a place.',
  values: {
    [LocationKind.LOCATION]: { description: 'A site: a building or a campus.' },
    [LocationKind.SUB_LOCATION]: { description: 'A part of a site: a floor or a wing.' },
    [LocationKind.ZONE]: { description: 'A part of a sub-location: a room or an area.' },
  },
})

export const LocationType = builder.prismaNode('Location', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('location', 'Location'),
  description: 'A place: site, sub-location or zone.',
  authScopes: { permission: 'locations:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the place.' }),
    kind: t.expose('kind', { type: LocationKindEnum, description: 'Its tier.' }),
    siteId: t.exposeID('siteId', { description: 'The site it belongs to; its own id for a site.' }),
    parent: t.relation('parent', { nullable: true, description: 'The place one tier up.' }),
    children: t.relatedConnection(
      'children',
      {
        ...pageOptions,
        description: 'Places one tier down, by name.',
        query: () => ({ orderBy: [{ name: 'asc' as const }, { id: 'asc' as const }] }),
      },
      ...connectionNames('LocationChildren'),
    ),
    address: t.exposeString('address', {
      nullable: true,
      description: 'Postal address of a site.',
    }),
    timezone: t.exposeString('timezone', {
      nullable: true,
      description: "IANA time zone; null = the organization's.",
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const LocationWhere = builder.inputType('LocationWhere', {
  description: 'Which places; all given conditions must hold.',
  fields: (t) => ({
    kinds: t.field({ type: [LocationKindEnum], description: 'One of these tiers.' }),
    siteId: t.id({ description: 'Belonging to this site.' }),
    parentId: t.id({ description: 'Directly under this place.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

const toWhere = (where: typeof LocationWhere.$inferInput | null | undefined) => ({
  ...(where?.kinds == null ? {} : { kind: { in: where.kinds } }),
  ...(where?.siteId == null ? {} : { siteId: where.siteId }),
  ...(where?.parentId == null ? {} : { parentId: where.parentId }),
  ...(where?.search == null
    ? {}
    : { name: { contains: where.search, mode: 'insensitive' as const } }),
})

builder.queryFields((t) => ({
  location: t.prismaField({
    type: 'Location',
    nullable: true,
    description: 'One place; null when there is none with this id.',
    authScopes: { permission: 'locations:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the place.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).location.findUnique({ ...query, where: { id } }),
  }),
  locations: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Location',
      description: 'Places of the organization, by name.',
      authScopes: { permission: 'locations:read' },
      args: {
        where: t.arg({ type: LocationWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Location', query, context, info, {
          where: toWhere(where),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).location.count({ where: toWhere(where) }),
    },
    ...connectionNames('Location'),
  ),
}))

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
