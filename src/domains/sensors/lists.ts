import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  SortDirection,
  toIdFilter,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { SensorStateEnum } from './type.ts'

const SensorWhere = builder.inputType('SensorWhere', {
  description: 'Which sensors; all given conditions must hold.',
  fields: (t) => ({
    states: t.field({ type: [SensorStateEnum], description: 'In one of these states.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    assetId: t.field({ type: IdFilter, description: 'By what it watches.' }),
    groupId: t.field({ type: IdFilter, description: 'By group.' }),
    externalId: t.field({ type: IdFilter, description: 'By id on the gateway.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

function toWhere(
  where: typeof SensorWhere.$inferInput | null | undefined,
): Prisma.SensorWhereInput {
  const conditions: Record<string, unknown> = {
    state: where?.states == null ? undefined : { in: where.states },
    locationId: toRequiredIdFilter(where?.locationId),
    location: where?.siteId == null ? undefined : { siteId: where.siteId },
    assetId: toIdFilter(where?.assetId),
    groupId: toIdFilter(where?.groupId),
    externalId: toIdFilter(where?.externalId),
    name:
      where?.search == null ? undefined : { contains: where.search, mode: 'insensitive' as const },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('SensorOrderField', {
  description: 'What to order sensors by.',
  values: {
    NAME: { value: 'name', description: 'Name.' },
    CREATED: { value: 'created', description: 'Creation.' },
    STATE: { value: 'state', description: 'State, OK first and OFFLINE last.' },
  } as const,
})

const SensorOrder = builder.inputType('SensorOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  sensor: t.prismaField({
    type: 'Sensor',
    nullable: true,
    description: 'One sensor; null when there is none with this id.',
    authScopes: { permission: 'sensors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the sensor.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).sensor.findUnique({ ...query, where: { id } }),
  }),
  sensors: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Sensor',
      description: 'Sensors, by name unless ordered otherwise.',
      authScopes: { permission: 'sensors:read' },
      args: {
        where: t.arg({ type: SensorWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [SensorOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Sensor', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'name', direction: 'asc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).sensor.count({ where: toWhere(where) }),
    },
    ...connectionNames('Sensor'),
  ),
}))
