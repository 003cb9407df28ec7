import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import type { PlaceRef } from '../../locations/events.ts'
import { type WorkOrderFacets, workOrderFacets } from '../events.ts'
import { memo } from '../../../database/memo.ts'

interface Lookup {
  userIds: Set<string>
  companies: Promise<ReadonlyMap<string, string>> | undefined
}

const lookupOf = memo((_unit: UnitOfWork): Lookup => ({ userIds: new Set(), companies: undefined }))

/**
 * What an event of a work order is about, with the company whose people the assignee is one of: the
 * work order is that company's too. The companies of all assignees of a transaction are read by one
 * statement, when its events are written; without an assignee there is nothing to read.
 */
export function facetsOf(
  unit: UnitOfWork,
  order: WorkOrder,
  place: PlaceRef,
): WorkOrderFacets | (() => Promise<WorkOrderFacets>) {
  const { assigneeId } = order
  if (assigneeId === null) return workOrderFacets(order, place)
  const lookup = lookupOf(unit)
  lookup.userIds.add(assigneeId)
  return async () => {
    lookup.companies ??= findCompanies(unit, lookup.userIds)
    return workOrderFacets(order, place, (await lookup.companies).get(assigneeId))
  }
}

async function findCompanies(
  { tx }: UnitOfWork,
  userIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const users = await tx.user.findMany({
    where: { id: { in: [...userIds] }, companyId: { not: null } },
    select: { id: true, companyId: true },
  })
  return new Map(
    users.flatMap(({ id, companyId }) => (companyId === null ? [] : [[id, companyId]])),
  )
}
