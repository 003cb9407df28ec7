import { builder } from '../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import {
  atSite,
  byId,
  byMoment,
  byNumber,
  computed,
  oneOf,
} from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { findTaken } from './free.ts'
import { ReservableStatusEnum, ResourceTypeEnum } from './type.ts'

export const TimeSpan = builder.inputType('TimeSpan', {
  description: 'A stretch of time, half-open.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'From.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'Until before.' }),
  }),
})

const resources = defineList('Resource', {
  called: 'resources',
  where: {
    types: oneOf(ResourceTypeEnum, 'One of these kinds.', 'type'),
    reservableStatuses: oneOf(ReservableStatusEnum, 'One of these.', 'reservableStatus'),
    locationId: byId('By place.'),
    siteId: atSite(),
    minCapacity: computed('Int', 'Holds at least so many people.', (people: number) => ({
      AND: [{ capacity: { not: null } }, { capacity: { gte: people } }],
    })),
    capacity: byNumber('By people that it holds.'),
    created: byMoment('By when it was added.'),
    updated: byMoment('By last change.'),
    search: search('the name and the description', ['name', 'description']),
    free: computed(
      TimeSpan,
      'With room for one more booking all this time, its buffer included.',
      async (span: typeof TimeSpan.$inferInput, context) => {
        const { organizationId } = callerOf(context)
        return { id: { notIn: await findTaken(scopedPrisma(context), organizationId, span) } }
      },
    ),
    includeArchived: computed(
      'Boolean',
      'Deleted ones too; not unless asked for. Counts at the top only, not within and, or, not.',
      () => undefined,
    ),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CAPACITY: ['capacity', 'People it holds.'],
    TYPE: ['type', 'Kind.'],
    CREATED: ['created', 'When it was added.'],
    UPDATED: ['updated', 'When it last changed.'],
  },
  otherwise: [{ name: 'asc' }],
  always: ({ includeArchived }) => (includeArchived === true ? {} : { archivedAt: null }),
})

builder.queryFields((t) => ({
  resource: t.prismaField({
    type: 'Resource',
    nullable: true,
    description: 'One resource; null when there is none with this id.',
    authScopes: { permission: 'resources:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the resource.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).resource.findUnique({ ...query, where: { id } }),
  }),
}))

resources.query('resources', {
  description: 'What can be booked; by name unless ordered otherwise.',
  authScopes: { permission: 'resources:read' },
})
