import { LocationKind } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'

export const LocationKindEnum = builder.enumType('LocationKind', {
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
