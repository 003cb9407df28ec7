import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { AssetStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { type Context, callerOf, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  SortDirection,
  toDateTimeFilter,
  toIdFilter,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { type AssetHealth, loadHealth } from './health.ts'
import { allowedStatuses } from './rules.ts'
import { searchAssets } from './search.ts'
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

/** Page of the parts of an asset or of the assets at a place. */
const byName = {
  where: { deletedAt: null },
  orderBy: [{ name: 'asc' as const }, { id: 'asc' as const }],
}

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
    children: t.relatedConnection(
      'children',
      { ...pageOptions, description: 'Its parts, by name.', query: () => byName },
      ...connectionNames('AssetChildren'),
    ),
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

const StatusFilter = builder.inputType('AssetStatusFilter', {
  description: 'Compares a status.',
  fields: (t) => ({
    in: t.field({ type: [AssetStatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [AssetStatusEnum], description: 'None of these.' }),
  }),
})

const AssetWhere = builder.inputType('AssetWhere', {
  description: 'Which assets; all given conditions must hold.',
  fields: (t) => ({
    status: t.field({ type: StatusFilter, description: 'By status.' }),
    assetTypeId: t.field({ type: IdFilter, description: 'By kind of equipment.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    parentId: t.field({ type: IdFilter, description: 'By what it is a part of.' }),
    externalId: t.field({ type: IdFilter, description: 'By id in another system.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    warrantyEndsAt: t.field({ type: DateTimeFilter, description: 'By end of the warranty.' }),
    search: t.string({
      description:
        'Words of the name, description, external id or metadata, or their beginnings; all must occur.',
    }),
    includeArchived: t.boolean({ description: 'Archived ones too; false when left out.' }),
  }),
})

async function toWhere(
  context: Context,
  where: typeof AssetWhere.$inferInput | null | undefined,
): Promise<Prisma.AssetWhereInput> {
  const prisma: PrismaClient = scopedPrisma(context)
  const status = where?.status
  const found =
    where?.search == null
      ? undefined
      : await searchAssets(prisma, callerOf(context).organizationId, where.search)
  const conditions: Record<string, unknown> = {
    deletedAt: null,
    archivedAt: where?.includeArchived === true ? undefined : null,
    status:
      status == null
        ? undefined
        : {
            ...(status.in == null ? {} : { in: status.in }),
            ...(status.notIn == null ? {} : { notIn: status.notIn }),
          },
    assetTypeId: toRequiredIdFilter(where?.assetTypeId),
    locationId: toRequiredIdFilter(where?.locationId),
    location: where?.siteId == null ? undefined : { siteId: where.siteId },
    parentId: toIdFilter(where?.parentId),
    externalId: toIdFilter(where?.externalId),
    created: toDateTimeFilter(where?.created),
    updated: toDateTimeFilter(where?.updated),
    warrantyEndsAt: toDateTimeFilter(where?.warrantyEndsAt),
    id: found === undefined ? undefined : { in: found },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('AssetOrderField', {
  description: 'What to order assets by.',
  values: {
    NAME: { value: 'name', description: 'Name.' },
    CREATED: { value: 'created', description: 'Creation.' },
    UPDATED: { value: 'updated', description: 'Last change.' },
    STATUS: { value: 'status', description: 'Status, ONLINE first.' },
    WARRANTY_ENDS_AT: { value: 'warrantyEndsAt', description: 'End of the warranty.' },
  } as const,
})

const AssetOrder = builder.inputType('AssetOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  asset: t.prismaField({
    type: 'Asset',
    nullable: true,
    description: 'One asset; null when there is none with this id.',
    authScopes: { permission: 'assets:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the asset.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).asset.findUnique({ ...query, where: { id, deletedAt: null } }),
  }),
  assets: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Asset',
      description: 'Assets, by name unless ordered otherwise.',
      authScopes: { permission: 'assets:read' },
      args: {
        where: t.arg({ type: AssetWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [AssetOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: async (query, _root, { where, orderBy }, context, info) =>
        readPage('Asset', query, context, info, {
          where: await toWhere(context, where),
          orderBy: [
            ...(orderBy ?? [{ field: 'name', direction: 'asc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: async (_root, { where }, context) =>
        scopedPrisma(context).asset.count({ where: await toWhere(context, where) }),
    },
    ...connectionNames('Asset'),
  ),
}))

builder.prismaObjectField('Location', 'assets', (t) =>
  t.relatedConnection(
    'assets',
    {
      ...pageOptions,
      description: 'Assets at exactly this place, by name, archived ones left out.',
      authScopes: { permission: 'assets:read' },
      query: () => ({ ...byName, where: { deletedAt: null, archivedAt: null } }),
    },
    ...connectionNames('LocationAssets'),
  ),
)
