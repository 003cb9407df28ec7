import type { Caller } from '../../../access/caller.ts'
import type { Prisma, PrismaClient } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import {
  DateTimeFilter,
  IdFilter,
  toDateTimeFilter,
  toIdFilter,
  toRequiredIdFilter,
} from '../../../graphql/reading/paging.ts'
import { visibleWorkOrders } from '../access.ts'
import { searchWorkOrders } from '../search.ts'
import { PriorityEnum, SlaStatusEnum, StatusEnum, TypeEnum } from './enums.ts'

const StatusFilter = builder.inputType('WorkOrderStatusFilter', {
  description: 'Compares a status.',
  fields: (t) => ({
    in: t.field({ type: [StatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [StatusEnum], description: 'None of these.' }),
  }),
})

const PriorityFilter = builder.inputType('WorkOrderPriorityFilter', {
  description: 'Compares a priority.',
  fields: (t) => ({
    in: t.field({ type: [PriorityEnum], description: 'One of these.' }),
    notIn: t.field({ type: [PriorityEnum], description: 'None of these.' }),
  }),
})

const SlaStatusFilter = builder.inputType('SlaStatusFilter', {
  description: 'Compares how something stands against its service level.',
  fields: (t) => ({
    in: t.field({ type: [SlaStatusEnum], description: 'One of these.' }),
    notIn: t.field({ type: [SlaStatusEnum], description: 'None of these.' }),
  }),
})

interface WhereShape {
  and?: WhereShape[] | null | undefined
  or?: WhereShape[] | null | undefined
  not?: WhereShape | null | undefined
  search?: string | null | undefined
  status?: typeof StatusFilter.$inferInput | null | undefined
  priority?: typeof PriorityFilter.$inferInput | null | undefined
  types?: (typeof TypeEnum.$inferInput)[] | null | undefined
  slaStatus?: typeof SlaStatusFilter.$inferInput | null | undefined
  locationId?: typeof IdFilter.$inferInput | null | undefined
  siteId?: string | null | undefined
  assetId?: typeof IdFilter.$inferInput | null | undefined
  assigneeId?: typeof IdFilter.$inferInput | null | undefined
  reportedById?: typeof IdFilter.$inferInput | null | undefined
  companyId?: typeof IdFilter.$inferInput | null | undefined
  maintenanceScheduleId?: typeof IdFilter.$inferInput | null | undefined
  created?: typeof DateTimeFilter.$inferInput | null | undefined
  updated?: typeof DateTimeFilter.$inferInput | null | undefined
  completedAt?: typeof DateTimeFilter.$inferInput | null | undefined
  dueAt?: typeof DateTimeFilter.$inferInput | null | undefined
  slaResponseDeadline?: typeof DateTimeFilter.$inferInput | null | undefined
  slaResolutionDeadline?: typeof DateTimeFilter.$inferInput | null | undefined
}

/** They nest, and each becomes a part of the statement with parameters of its own. */
const MAX_PARTS = 20
const PARTS = { maxItems: MAX_PARTS, itemPoints: 50 }

export const WorkOrderWhere = builder.inputRef<WhereShape>('WorkOrderWhere')
WorkOrderWhere.implement({
  description: 'Which work orders; all given conditions must hold.',
  fields: (t) => ({
    and: t.field({
      type: [WorkOrderWhere],
      description: `All of these, at most ${MAX_PARTS}, must hold too.`,
      extensions: PARTS,
    }),
    or: t.field({
      type: [WorkOrderWhere],
      description: `At least one of these, at most ${MAX_PARTS}, must hold too.`,
      extensions: PARTS,
    }),
    not: t.field({ type: WorkOrderWhere, description: 'This must not hold.' }),
    search: t.string({
      description:
        'Words, or beginnings of words, of title and description; all must occur. The 1,000 best matches are considered.',
    }),
    status: t.field({ type: StatusFilter, description: 'By status.' }),
    priority: t.field({ type: PriorityFilter, description: 'By priority.' }),
    types: t.field({ type: [TypeEnum], description: 'One of these kinds of work.' }),
    slaStatus: t.field({ type: SlaStatusFilter, description: 'By service level.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
    siteId: t.id({ description: 'At any place of this site.' }),
    assetId: t.field({ type: IdFilter, description: 'By asset.' }),
    assigneeId: t.field({ type: IdFilter, description: 'By assignee.' }),
    reportedById: t.field({ type: IdFilter, description: 'By who reported it.' }),
    companyId: t.field({ type: IdFilter, description: 'By contractor.' }),
    maintenanceScheduleId: t.field({ type: IdFilter, description: 'By maintenance schedule.' }),
    created: t.field({ type: DateTimeFilter, description: 'By creation.' }),
    updated: t.field({ type: DateTimeFilter, description: 'By last change.' }),
    completedAt: t.field({ type: DateTimeFilter, description: 'By completion.' }),
    dueAt: t.field({ type: DateTimeFilter, description: 'By due date.' }),
    slaResponseDeadline: t.field({ type: DateTimeFilter, description: 'By latest answer.' }),
    slaResolutionDeadline: t.field({ type: DateTimeFilter, description: 'By latest completion.' }),
  }),
})

/** A filter in Prisma's form, limited to what the caller sees. */
export async function toVisibleWhere(
  prisma: PrismaClient,
  caller: Caller,
  where: WhereShape | null | undefined,
): Promise<Prisma.WorkOrderWhereInput> {
  const visible = await visibleWorkOrders(prisma, caller)
  return { AND: [visible, await toWhere(prisma, caller.organizationId, where)] }
}

async function toWhere(
  prisma: PrismaClient,
  organizationId: string,
  where: WhereShape | null | undefined,
): Promise<Prisma.WorkOrderWhereInput> {
  if (where == null) return {}
  const each = (list: readonly WhereShape[] | null | undefined) =>
    list == null
      ? undefined
      : Promise.all(list.map((part) => toWhere(prisma, organizationId, part)))
  const conditions: Record<string, unknown> = {
    AND: await each(where.and),
    OR: await each(where.or),
    NOT: where.not == null ? undefined : await toWhere(prisma, organizationId, where.not),
    id:
      where.search == null
        ? undefined
        : { in: await searchWorkOrders(prisma, organizationId, where.search) },
    status: listFilter(where.status),
    priority: listFilter(where.priority),
    type: where.types == null ? undefined : { in: where.types },
    slaStatus: listFilter(where.slaStatus),
    locationId: toRequiredIdFilter(where.locationId),
    assetId: toIdFilter(where.assetId),
    assigneeId: toIdFilter(where.assigneeId),
    reportedById: toIdFilter(where.reportedById),
    companyId: toIdFilter(where.companyId),
    maintenanceScheduleId: toIdFilter(where.maintenanceScheduleId),
    location: where.siteId == null ? undefined : { siteId: where.siteId },
    created: toDateTimeFilter(where.created),
    updated: toDateTimeFilter(where.updated),
    completedAt: toDateTimeFilter(where.completedAt),
    dueAt: toDateTimeFilter(where.dueAt),
    slaResponseDeadline: toDateTimeFilter(where.slaResponseDeadline),
    slaResolutionDeadline: toDateTimeFilter(where.slaResolutionDeadline),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

interface ListFilter {
  in?: readonly string[] | null | undefined
  notIn?: readonly string[] | null | undefined
}

function listFilter(filter: ListFilter | null | undefined): object | undefined {
  if (filter == null) return undefined
  return {
    ...(filter.in == null ? {} : { in: filter.in }),
    ...(filter.notIn == null ? {} : { notIn: filter.notIn }),
  }
}
