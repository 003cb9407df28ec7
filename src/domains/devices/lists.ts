import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  SortDirection,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { DeviceKindEnum, SyncStatusEnum, HealthEnum } from './type.ts'

const DeviceWhere = builder.inputType('DeviceWhere', {
  description: 'Which devices; all given conditions must hold.',
  fields: (t) => ({
    kinds: t.field({ type: [DeviceKindEnum], description: 'Of one of these kinds.' }),
    health: t.field({ type: [HealthEnum], description: 'Of one of these healths.' }),
    syncStatus: t.field({ type: SyncStatusEnum, description: 'With or without newest content.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    serialNumber: t.string({ description: 'With exactly this serial number.' }),
    search: t.string({ description: 'Part of the name; case does not matter.' }),
  }),
})

function toWhere(
  where: typeof DeviceWhere.$inferInput | null | undefined,
): Prisma.DeviceWhereInput {
  const conditions: Record<string, unknown> = {
    kind: where?.kinds == null ? undefined : { in: where.kinds },
    health: where?.health == null ? undefined : { in: where.health },
    syncStatus: where?.syncStatus ?? undefined,
    locationId: toRequiredIdFilter(where?.locationId),
    location: where?.siteId == null ? undefined : { siteId: where.siteId },
    serialNumber: where?.serialNumber ?? undefined,
    name:
      where?.search == null ? undefined : { contains: where.search, mode: 'insensitive' as const },
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

const OrderField = builder.enumType('DeviceOrderField', {
  description: 'What to order devices by.',
  values: {
    NAME: { value: 'name', description: 'Name.' },
    REGISTERED_AT: { value: 'registeredAt', description: 'Registration.' },
    LAST_HEARTBEAT_AT: { value: 'lastHeartbeatAt', description: 'When it was last heard of.' },
    HEALTH: { value: 'health', description: 'Health, ONLINE first.' },
  } as const,
})

const DeviceOrder = builder.inputType('DeviceOrder', {
  description: 'One step of an ordering.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, description: 'Which way; ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  device: t.prismaField({
    type: 'Device',
    nullable: true,
    description: 'One device; null when there is none with this id.',
    authScopes: { permission: 'devices:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the device.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).device.findUnique({ ...query, where: { id } }),
  }),
  devices: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Device',
      description: 'Devices, by name unless ordered otherwise.',
      authScopes: { permission: 'devices:read' },
      args: {
        where: t.arg({ type: DeviceWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [DeviceOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Device', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy ?? [{ field: 'name', direction: 'asc' }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).device.count({ where: toWhere(where) }),
    },
    ...connectionNames('Device'),
  ),
}))
