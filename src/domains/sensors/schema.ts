import type { Prisma } from '../../generated/prisma/client.ts'
import { SensorState } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  SortDirection,
  toIdFilter,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { lastReadingAt, LEVEL_STATES } from './rules.ts'

export const SensorStateEnum = builder.enumType('SensorState', {
  description: 'What the newest readings of a sensor say.',
  values: {
    [SensorState.OK]: { description: 'Within all limits.' },
    [SensorState.WARNING]: { description: 'Beyond a warning limit.' },
    [SensorState.ALARM]: { description: 'Beyond an alarm limit.' },
    [SensorState.OFFLINE]: { description: 'No fresh reading: never reported, or fallen silent.' },
  },
})

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

const limit = (description: string) => ({ nullable: true as const, description })

builder.prismaObject('SensorMetric', {
  name: 'SensorMetric',
  description: 'One thing that a sensor measures, with its newest value.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its name: temperature, co2, occupancy, …' }),
    unit: t.exposeString('unit', { nullable: true, description: 'Unit of its values.' }),
    minimum: t.exposeFloat('minimum', limit('Readings below are refused.')),
    maximum: t.exposeFloat('maximum', limit('Readings above are refused.')),
    warningBelow: t.exposeFloat('warningBelow', limit('A value below is a WARNING.')),
    warningAbove: t.exposeFloat('warningAbove', limit('A value above is a WARNING.')),
    alarmBelow: t.exposeFloat('alarmBelow', limit('A value below is an ALARM.')),
    alarmAbove: t.exposeFloat('alarmAbove', limit('A value above is an ALARM.')),
    value: t.exposeFloat('value', limit('Newest value; null before the first reading.')),
    at: t.expose('at', moment('When the newest value was measured.')),
    state: t.field({
      type: SensorStateEnum,
      description: 'Where the newest value lies; OFFLINE before the first reading.',
      select: { at: true, level: true },
      resolve: (metric) =>
        metric.at === null ? SensorState.OFFLINE : (LEVEL_STATES[metric.level] ?? 'OK'),
    }),
  }),
})

export const SensorObject = builder.prismaNode('Sensor', {
  nullable: true,
  id: { field: 'id' },
  name: registerNode('sensor', 'Sensor'),
  description: 'Something that measures, at a place and possibly on an asset.',
  authScopes: { permission: 'sensors:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    location: t.relation('location', { description: 'Where it is.' }),
    asset: t.relation('asset', { nullable: true, description: 'What it watches.' }),
    group: t.relation('group', { nullable: true, description: 'The group it belongs to.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'Its id on the gateway or in another system.',
    }),
    state: t.expose('state', { type: SensorStateEnum, description: 'What its readings say.' }),
    metrics: t.relation('metrics', {
      description: 'What it measures, by key.',
      query: { orderBy: { key: 'asc' } },
    }),
    lastReadingAt: t.field({
      ...moment('When its newest reading was measured.'),
      // The same arguments as the field above, or each row would take a statement of its own.
      select: { metrics: { orderBy: { key: 'asc' } } },
      resolve: (sensor) => lastReadingAt(sensor.metrics),
    }),
    staleAfterSeconds: t.exposeInt('staleAfterSeconds', {
      description: 'Seconds without a new reading after which it is stale.',
    }),
    staleSince: t.expose('staleSince', moment('When it was found stale; null while it is not.')),
    version: t.exposeInt('version', { description: 'Rises with every change of its settings.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', {
      type: 'DateTime',
      description: 'When its settings or its state last changed.',
    }),
  }),
})

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

builder.prismaObjectField('Asset', 'sensors', (t) =>
  t.relatedConnection(
    'sensors',
    {
      ...pageOptions,
      description: 'Sensors that watch it, by name.',
      authScopes: { permission: 'sensors:read' },
      query: () => ({ orderBy: [{ name: 'asc' as const }, { id: 'asc' as const }] }),
    },
    ...connectionNames('AssetSensors'),
  ),
)
