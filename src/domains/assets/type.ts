import { AssetStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { type AssetHealth, loadHealth } from './health.ts'
import { allowedStatuses } from './rules.ts'
import { mayRevive } from './service.ts'

export const AssetStatusEnum = builder.enumType('AssetStatus', {
  description: 'Whether an asset can be used.',
  values: {
    [AssetStatus.ONLINE]: { description: 'In service.' },
    [AssetStatus.OFFLINE]: { description: 'Out of service.' },
    [AssetStatus.MAINTENANCE]: { description: 'Being maintained.' },
    [AssetStatus.DECOMMISSIONED]: {
      description: 'Out of service for good; only an Owner or Admin can undo it.',
    },
  },
})

const AssetHealthType = builder.objectRef<AssetHealth>('AssetHealth').implement({
  description: 'How an asset is doing, and why: computed at the moment of asking.',
  fields: (t) => ({
    score: t.exposeInt('score', {
      nullable: true,
      description:
        '0–100, 100 is best: less 40 × downtimeShare, less 10 per urgent work order (at most 30), less 20 for overdue maintenance, less 10 if a sensor is silent. Null for a decommissioned asset.',
    }),
    downtimeShare: t.exposeFloat('downtimeShare', {
      description: 'Part of the last 30 days spent OFFLINE or in MAINTENANCE, 0–1.',
    }),
    urgentWorkOrders: t.exposeInt('urgentWorkOrders', {
      description: 'Open work orders of priority HIGH or CRITICAL.',
    }),
    maintenanceOverdue: t.exposeBoolean('maintenanceOverdue', {
      description: 'Whether an open PREVENTIVE work order is past its due date.',
    }),
    staleSensors: t.exposeInt('staleSensors', { description: 'Sensors of it that fell silent.' }),
  }),
})

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

export const AssetObject = builder.prismaNode('Asset', {
  id: { field: 'id' },
  nullable: true,
  findUnique: (id) => ({ id, deletedAt: null }),
  name: registerNode('asset', 'Asset'),
  description: 'A piece of equipment at a place, possibly a part of another one.',
  authScopes: { permission: 'assets:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    assetType: t.relation('assetType', { description: 'Kind of equipment.' }),
    location: t.relation('location', { description: 'Where it is.' }),
    parent: t.relation('parent', { nullable: true, description: 'What it is a part of.' }),
    status: t.expose('status', { type: AssetStatusEnum, description: 'Whether it can be used.' }),
    allowedStatuses: t.field({
      type: [AssetStatusEnum],
      description: 'Statuses that you could give it now.',
      select: { status: true },
      resolve: (asset, _args, context) => [
        ...allowedStatuses(asset.status, mayRevive(context.caller)),
      ],
    }),
    statusChangedAt: t.expose('statusChangedAt', {
      type: 'DateTime',
      description: 'Since when it has its status.',
    }),
    health: t.field({
      type: AssetHealthType,
      description: 'How it is doing, and why.',
      select: { id: true },
      resolve: (asset, _args, context) => loadHealth(context, asset.id),
    }),
    healthScore: t.int({
      nullable: true,
      description: '0–100, 100 is best; null for a decommissioned asset. See health for its parts.',
      select: { id: true },
      resolve: async (asset, _args, context) => (await loadHealth(context, asset.id)).score,
    }),
    metadata: t.expose('metadata', {
      type: 'JSONObject',
      description: 'Flat details: manufacturer, model, serialNumber and whatever else was given.',
    }),
    purchaseCostCents: t.expose('purchaseCostCents', {
      type: 'BigInt',
      nullable: true,
      description: "Price paid, in cents of the organization's currency.",
    }),
    purchasedAt: t.expose('purchasedAt', moment('When it was bought.')),
    warrantyEndsAt: t.expose('warrantyEndsAt', moment('When its warranty ends.')),
    automaticStatus: t.exposeBoolean('automaticStatus', {
      description:
        'Its status follows what happens: MAINTENANCE while somebody works on it, OFFLINE while one of its sensors is silent, then ONLINE again. What a person set stays.',
    }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'Its id in another system.',
    }),
    archivedAt: t.expose('archivedAt', moment('When it was archived: lists leave it out.')),
    deletedAt: t.expose(
      'deletedAt',
      moment('When it was deleted; such an asset is seen through its work orders only.'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
