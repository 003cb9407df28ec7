import type { Prisma, Resource } from '../../generated/prisma/client.ts'
import { ReservableStatus, ResourceType } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { callerOf, type Context, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  SortDirection,
  toIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { WeekdayEnum } from '../locations/weekday.ts'
import { findTaken } from './free.ts'
import { type OpenPeriod, parseOpenHours } from './open-hours.ts'

export const ResourceTypeEnum = builder.enumType('ResourceType', {
  description: 'Kind of thing that can be booked.',
  values: {
    [ResourceType.ROOM]: { description: 'A room.' },
    [ResourceType.DESK]: { description: 'A desk or another place to work.' },
    [ResourceType.PARKING]: { description: 'A parking space.' },
    [ResourceType.EQUIPMENT]: { description: 'Something to borrow.' },
    [ResourceType.OTHER]: { description: 'Anything else.' },
  },
})

export const ReservableStatusEnum = builder.enumType('ReservableStatus', {
  description: 'Who may book a resource.',
  values: {
    [ReservableStatus.RESERVABLE]: { description: 'Everybody who may book.' },
    [ReservableStatus.NOT_RESERVABLE]: { description: 'Nobody; bookings that exist stay.' },
    [ReservableStatus.IOT_ONLY]: { description: 'Machines with an API key only.' },
  },
})

const OpenPeriodObject = builder.objectRef<OpenPeriod>('OpenPeriod').implement({
  description: "A stretch of a weekday, on the wall clock of the resource's place.",
  fields: (t) => ({
    day: t.expose('day', { type: WeekdayEnum, description: 'Which day.' }),
    opens: t.exposeString('opens', { description: 'From, "08:30".' }),
    closes: t.exposeString('closes', { description: 'Until, "18:00"; "24:00" = midnight.' }),
  }),
})

const limit = (description: string) => ({ nullable: true as const, description })

export const ResourceObject = builder.prismaNode('Resource', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('resource', 'Resource'),
  description: 'Something that can be booked: a room, a desk, a parking space, a beamer.',
  authScopes: { permission: 'resources:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', limit('Details.')),
    type: t.expose('type', { type: ResourceTypeEnum, description: 'Kind of thing.' }),
    location: t.relation('location', { description: 'Where.' }),
    capacity: t.exposeInt('capacity', limit('People it holds; null = does not matter.')),
    reservableStatus: t.expose('reservableStatus', {
      type: ReservableStatusEnum,
      description: 'Who may book it.',
    }),
    requiresApproval: t.exposeBoolean('requiresApproval', {
      description: 'Bookings wait for a manager.',
    }),
    requiresCheckIn: t.exposeBoolean('requiresCheckIn', {
      description: 'Bookings without a check-in are released.',
    }),
    checkInOpensMinutes: t.exposeInt('checkInOpensMinutes', {
      description: 'Check-in opens so many minutes before the start.',
    }),
    releaseAfterMinutes: t.exposeInt('releaseAfterMinutes', {
      description: 'Without a check-in, released so many minutes after the start.',
    }),
    bufferMinutes: t.exposeInt('bufferMinutes', {
      description: 'Minutes kept free between two bookings.',
    }),
    reminderMinutes: t.exposeInt(
      'reminderMinutes',
      limit('Whoever booked is reminded so many minutes before the start; null = not at all.'),
    ),
    minMinutes: t.exposeInt('minMinutes', limit('Shortest booking, minutes.')),
    maxMinutes: t.exposeInt('maxMinutes', limit('Longest booking, minutes; at most 31 days.')),
    maxAdvanceDays: t.exposeInt('maxAdvanceDays', limit('How many days ahead it may begin.')),
    openHours: t.field({
      type: [OpenPeriodObject],
      nullable: true,
      description: 'When it is open, in the order of the week; null = always.',
      select: { openHours: true },
      resolve: ({ openHours }) => parseOpenHours(openHours),
    }),
    maxConcurrent: t.exposeInt('maxConcurrent', {
      description: 'Bookings that may overlap: 1 for a room, more for a pool of equal things.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; it stays readable while bookings tell of it.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

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
