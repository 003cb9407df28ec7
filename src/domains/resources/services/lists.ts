import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { byMoment, byNumber, computed, exactly } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'

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
}))

const services = defineList('Service', {
  called: 'services',
  where: {
    groupId: exactly('ID', 'Of this group.'),
    resourceId: computed('ID', 'Offered with this resource.', (resourceId: string) => ({
      resources: { some: { resourceId } },
    })),
    durationMinutes: byNumber('By how long it takes.'),
    priceCents: byNumber('By price.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the description', ['name', 'description']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    DURATION: ['durationMinutes', 'How long it takes.'],
    PRICE: ['priceCents', 'Price.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

services.query('services', {
  description: 'Services, by name unless ordered otherwise.',
  authScopes: { permission: 'services:read' },
})

services.below('ServiceGroup', 'services', {
  connection: 'ServiceGroupServices',
  description: 'Services of the group, by name unless ordered otherwise.',
})
