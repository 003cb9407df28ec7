import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { byMoment, exactly, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { LocationKindEnum } from './type.ts'

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
}))

const places = defineList('Location', {
  called: 'places',
  where: {
    kinds: oneOf(LocationKindEnum, 'One of these tiers.', 'kind'),
    siteId: exactly('ID', 'Belonging to this site.'),
    parentId: exactly('ID', 'Directly under this place.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the address', ['name', 'address']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    KIND: ['kind', 'Tier, sites first.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

places.query('locations', {
  description: 'Places of the organization, by name unless ordered otherwise.',
  authScopes: { permission: 'locations:read' },
})

places.below('Location', 'children', {
  connection: 'LocationChildren',
  description: 'Places one tier down, by name unless ordered otherwise.',
})
