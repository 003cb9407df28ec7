import type { Caller } from '../../access/caller.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import type { Prisma, PrismaClient, WorkOrder } from '../../generated/prisma/client.ts'

/** Something that reads users: a client or a transaction, scoped to the organization. */
type Reader = Pick<PrismaClient, 'user'>

/** How far a caller sees. */
type View =
  | { of: 'everything' }
  | { of: 'reporter'; userId: string }
  /** Undefined: a contractor whom no company has been given. */
  | { of: 'company'; companyId: string | undefined }

async function viewOf(reader: Reader, caller: Caller): Promise<View> {
  if (caller.kind !== 'user') return { of: 'everything' }
  if (caller.role === 'REQUESTER') return { of: 'reporter', userId: caller.userId }
  if (caller.role !== 'CONTRACTOR') return { of: 'everything' }
  const user = await reader.user.findUnique({
    where: { id: caller.userId },
    select: { companyId: true },
  })
  return { of: 'company', companyId: user?.companyId ?? undefined }
}

const NOTHING = { id: { in: [] } }

/** What a company was given, and what one of its people was given. */
export function ofCompany(companyId: string): Prisma.WorkOrderWhereInput {
  return { OR: [{ companyId }, { assignee: { companyId } }] }
}

/**
 * Which work orders a caller sees: a requester those that they reported, a contractor those of their
 * company, everybody else all of the organization.
 */
export async function visibleWorkOrders(
  reader: Reader,
  caller: Caller,
): Promise<Prisma.WorkOrderWhereInput> {
  const view = await viewOf(reader, caller)
  switch (view.of) {
    case 'everything':
      return {}
    case 'reporter':
      return { reportedById: view.userId }
    case 'company':
      // Without a company nothing is seen, rather than what has no company either.
      return view.companyId === undefined ? NOTHING : ofCompany(view.companyId)
  }
}

/** Which maintenance schedules a caller sees: no requester any, a contractor those of their company. */
export async function visibleSchedules(
  reader: Reader,
  caller: Caller,
): Promise<Prisma.MaintenanceScheduleWhereInput> {
  const view = await viewOf(reader, caller)
  if (view.of === 'everything') return {}
  if (view.of === 'reporter' || view.companyId === undefined) return NOTHING
  return { companyId: view.companyId }
}

/** Which parts a caller sees: the store is no business of requesters and contractors. */
export function visibleParts(caller: Caller): Prisma.PartWhereInput {
  const outside = caller.kind === 'user' && ['REQUESTER', 'CONTRACTOR'].includes(caller.role)
  return outside ? NOTHING : {}
}

/** Whether the caller sees this work order. */
export async function seesWorkOrder(unit: UnitOfWork, order: WorkOrder): Promise<boolean> {
  const visible = await visibleWorkOrders(unit.tx, unit.caller)
  if (Object.keys(visible).length === 0) return true
  const found = await unit.tx.workOrder.findUnique({ where: { id: order.id, AND: visible } })
  return found !== null
}

/** @throws AccessError FORBIDDEN for a technician on somebody else's work order. */
export function demandOwn(caller: Caller, order: Pick<WorkOrder, 'assigneeId'>): void {
  if (caller.kind !== 'user' || caller.role !== 'TECHNICIAN') return
  if (order.assigneeId === caller.userId) return
  throw new AccessError('FORBIDDEN', 'A technician may change only work orders assigned to them')
}

/** Whether the caller runs the operation: a manager or above, or a machine trusted with the scope. */
export function coordinates(caller: Caller): boolean {
  return caller.kind !== 'user' || ['OWNER', 'ADMIN', 'MANAGER'].includes(caller.role)
}

/** @throws AccessError FORBIDDEN for technicians and below. */
export function demandCoordinator(caller: Caller): void {
  if (!coordinates(caller)) {
    throw new AccessError('FORBIDDEN', 'This needs the role Manager, Admin or Owner')
  }
}
