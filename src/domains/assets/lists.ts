import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { type Context, callerOf, scopedPrisma } from '../../graphql/context.ts'
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
import { searchAssets } from './search.ts'
import { AssetStatusEnum } from './type.ts'

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
