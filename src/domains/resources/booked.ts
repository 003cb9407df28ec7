import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError } from '../../errors.ts'
import type { Resource } from '../../generated/prisma/client.ts'
import { fullestMoment, HOLDING } from './overlap.ts'

/** A booking may be made for a time that has begun, so holds that ended lately still count. */
const LATELY_MS = 2 * 3_600_000

/**
 * Makes the bookings of a resource fit a new number of bookings that may overlap. The caller holds
 * the resource's lock, so none can be added meanwhile.
 * @throws DomainError CONFLICT listing bookings that overlap too often for it.
 */
export async function applyMaxConcurrent(
  unit: UnitOfWork,
  resource: Resource,
  maxConcurrent: number,
): Promise<void> {
  const where = {
    resourceId: resource.id,
    status: { in: HOLDING },
    holdEnd: { gt: new Date(unit.now.getTime() - LATELY_MS) },
  }
  const holds = await unit.tx.booking.findMany({
    where,
    select: { id: true, startTime: true, holdEnd: true },
  })
  const fullest = fullestMoment(holds)
  if (fullest.length > maxConcurrent) {
    throw new DomainError(
      `${fullest.length} bookings overlap, more than ${maxConcurrent}`,
      { code: 'CONFLICT', ids: fullest.map((hold) => hold.id) },
      ['input', 'maxConcurrent'],
    )
  }
  const exclusive = maxConcurrent === 1
  await unit.tx.booking.updateMany({
    where: { ...where, exclusive: !exclusive },
    data: { exclusive },
  })
}

/**
 * Whether anything tells of the resource, so that it must stay readable.
 * @throws DomainError CONFLICT listing what is still planned for it.
 */
export async function demandUnused(unit: UnitOfWork, resource: Resource): Promise<boolean> {
  const mine = { resourceId: resource.id }
  const select = { id: true }
  const [planned, shifts, past, series] = await Promise.all([
    unit.tx.booking.findMany({
      where: { ...mine, status: { in: ['PENDING', 'CONFIRMED', 'CHECKED_IN'] } },
      select,
      take: 20,
    }),
    unit.tx.shift.findMany({ where: mine, select, take: 20 }),
    unit.tx.booking.findFirst({ where: mine, select }),
    unit.tx.bookingSeries.findFirst({ where: mine, select }),
  ])
  const held = [...planned, ...shifts].map((row) => row.id)
  if (held.length > 0) {
    throw new DomainError(
      `${resource.name} still has bookings or shifts`,
      { code: 'CONFLICT', ids: held },
      ['input', 'id'],
    )
  }
  return past !== null || series !== null
}
