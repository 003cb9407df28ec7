import { SensorState } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
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
