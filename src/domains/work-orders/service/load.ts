import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import type { Location, WorkOrder } from '../../../generated/prisma/client.ts'
import { findLocation } from '../../locations/service.ts'
import { demandOwn, seesWorkOrder } from '../access.ts'
import { memo } from '../../../database/memo.ts'

/** Work orders locked ahead of a bulk change, and places read in one transaction already. */
interface Seen {
  locked: Map<string, WorkOrder>
  places: Map<string, Location>
}
const seenBy = memo((_unit: UnitOfWork): Seen => ({ locked: new Map(), places: new Map() }))

/**
 * Locks a work order until the end of the transaction and loads it. Everything that changes a work
 * order or its records starts here, so changes to one work order happen one after the other.
 * @throws DomainError NOT_FOUND, also for one that the caller may not see.
 * @throws AccessError FORBIDDEN for a technician on somebody else's.
 */
export async function lockWorkOrder(
  unit: UnitOfWork,
  id: string,
  field = 'id',
): Promise<WorkOrder> {
  const order = await lockAndLoad(unit, id, field)
  if (!(await seesWorkOrder(unit, order))) throw notFound('Work order', id, field)
  demandOwn(unit.caller, order)
  return order
}

async function lockAndLoad(unit: UnitOfWork, id: string, field = 'id'): Promise<WorkOrder> {
  const { locked } = seenBy(unit)
  const ahead = locked.get(id)
  if (ahead !== undefined) {
    // Read before whatever this transaction has changed since: good for one use.
    locked.delete(id)
    return ahead
  }
  if (!(await lockRow(unit, 'workOrder', id))) throw notFound('Work order', id, field)
  return unit.tx.workOrder.findUniqueOrThrow({ where: { id } })
}

/**
 * Locks many work orders in the order of their ids, so that two bulk changes of the same ones wait
 * for each other instead of blocking each other for good.
 */
export async function lockWorkOrders(unit: UnitOfWork, ids: readonly string[]): Promise<void> {
  await unit.tx.$queryRaw`
    SELECT 1 FROM work_order WHERE organization_id = ${unit.organizationId} AND id = ANY(${[...ids]})
    ORDER BY id FOR UPDATE`
  const orders = await unit.tx.workOrder.findMany({ where: { id: { in: [...ids] } } })
  const { locked } = seenBy(unit)
  for (const order of orders) locked.set(order.id, order)
}

/** A place, read once per transaction. @throws DomainError NOT_FOUND */
export async function findPlace(unit: UnitOfWork, id: string, field: string): Promise<Location> {
  const { places } = seenBy(unit)
  const known = places.get(id)
  if (known !== undefined) return known
  const place = await findLocation(unit, id, field)
  places.set(id, place)
  return place
}
