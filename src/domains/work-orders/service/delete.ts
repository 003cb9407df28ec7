import { workEnds } from '../../assets/automatic-status.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError } from '../../../errors.ts'
import { record } from '../../../events/record.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import { demandCoordinator } from '../access.ts'
import { workOrderDeleted } from '../events.ts'

import { facetsOf } from './facets.ts'
import { continueSchedule } from '../maintenance/service.ts'
import { findPlace, lockWorkOrder } from './load.ts'

/** PostgreSQL's foreign key violation, as Prisma reports it. */
const STILL_REFERENCED = 'P2003'

/**
 * Removes a work order that should never have been: its comments go with it. One that has cost time
 * or parts stays, because stock and invoices speak of it; cancel it instead.
 * @throws DomainError CONFLICT listing what needs it.
 */
export async function deleteWorkOrder(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandCoordinator(unit.caller)
  const order = await lockWorkOrder(unit, input.id)
  const where = { workOrderId: order.id }
  const held = [
    ...(await unit.tx.labor.findMany({ where, select: { id: true }, take: 20 })),
    ...(await unit.tx.partUse.findMany({ where, select: { id: true }, take: 20 })),
  ].map((row) => row.id)
  if (order.requestId !== null) held.push(order.requestId)
  if (held.length > 0) throw stillNeeded(held)
  await unit.tx.workOrderComment.deleteMany({ where })
  try {
    await unit.tx.workOrder.delete({ where: { id: order.id } })
  } catch (error) {
    // Something of a later part of the product speaks of it.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === STILL_REFERENCED) {
      throw stillNeeded([])
    }
    throw error
  }
  await continueSchedule(unit, { ...order, status: 'CANCELLED' })
  await workEnds(unit, order.assetId)
  record(unit, workOrderDeleted, {
    subjectId: order.id,
    object: { id: order.id, deleted: true },
    facets: facetsOf(unit, order, await findPlace(unit, order.locationId, 'locationId')),
  })
  return order.id
}

function stillNeeded(ids: readonly string[]): DomainError {
  return new DomainError(
    'Other records speak of this work order: cancel it instead of deleting it',
    { code: 'CONFLICT', ids },
    ['input', 'id'],
  )
}
