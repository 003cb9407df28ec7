import type { Prisma, Resource } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { callerOf, type Context, scopedPrisma } from '../../graphql/context.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  SortDirection,
  toIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { findTaken } from './free.ts'
import { ResourceTypeEnum, ReservableStatusEnum } from './type.ts'

export const TimeSpan = builder.inputType('TimeSpan', {
  description: 'A stretch of time, half-open.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'From.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'Until before.' }),
  }),
})

const ResourceWhere = builder.inputType('ResourceWhere', {
  description: 'Which resources; all given conditions must hold.',
  fields: (t) => ({
    types: t.field({ type: [ResourceTypeEnum], description: 'One of these kinds.' }),
    reservableStatuses: t.field({ type: [ReservableStatusEnum], description: 'One of these.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    minCapacity: t.int({ description: 'Holds at least so many people.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
    free: t.field({
      type: TimeSpan,
      description: 'With room for one more booking all this time, its buffer included.',
    }),
    includeArchived: t.boolean({ description: 'Deleted ones too; not unless asked for.' }),
  }),
})

const ResourceOrder = builder.inputType('ResourceOrder', {
  description: 'A step of the order.',
  fields: (t) => ({
    field: t.field({
      required: true,
      description: 'By what.',
      type: builder.enumType('ResourceOrderField', {
        description: 'What resources can be ordered by.',
        values: {
          NAME: { value: 'name', description: 'Name.' },
          CAPACITY: { value: 'capacity', description: 'People it holds.' },
          CREATED: { value: 'created', description: 'When it was added.' },
        } as const,
      }),
    }),
    direction: t.field({ type: SortDirection, description: 'Ascending when left out.' }),
  }),
})

async function toWhere(
  where: typeof ResourceWhere.$inferInput | null | undefined,
  context: Context,
): Promise<Prisma.ResourceWhereInput> {
  const place = toIdFilter(where?.locationId)
  return {
    ...(where?.free == null
      ? {}
      : {
          id: {
            notIn: await findTaken(
              scopedPrisma(context),
              callerOf(context).organizationId,
              where.free,
            ),
          },
        }),
    ...(where?.includeArchived === true ? {} : { archivedAt: null }),
    ...(where?.types == null ? {} : { type: { in: where.types } }),
    ...(where?.reservableStatuses == null
      ? {}
      : { reservableStatus: { in: where.reservableStatuses } }),
    ...(place?.in === undefined ? {} : { locationId: { in: place.in } }),
    ...(where?.siteId == null ? {} : { location: { siteId: where.siteId } }),
    ...(where?.minCapacity == null ? {} : { capacity: { gte: where.minCapacity } }),
    ...(where?.search == null ? {} : { name: { contains: where.search, mode: 'insensitive' } }),
  }
}

builder.queryFields((t) => ({
  resource: t.prismaField({
    type: 'Resource',
    nullable: true,
    description: 'One resource; null when there is none with this id.',
    authScopes: { permission: 'resources:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the resource.' }) },
    resolve: (query, _root, { id }, context): Promise<Resource | null> =>
      scopedPrisma(context).resource.findUnique({ ...query, where: { id } }),
  }),
  resources: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Resource',
      description: 'What can be booked; by name unless ordered otherwise.',
      authScopes: { permission: 'resources:read' },
      args: {
        where: t.arg({ type: ResourceWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [ResourceOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: async (query, _root, { where, orderBy }, context, info) =>
        readPage('Resource', query, context, info, {
          where: await toWhere(where, context),
          orderBy: [
            ...(orderBy?.length ? orderBy : [{ field: 'name' as const }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: async (_root, { where }, context) =>
        scopedPrisma(context).resource.count({ where: await toWhere(where, context) }),
    },
    ...connectionNames('Resource'),
  ),
}))
