import type { UnitOfWork } from '../db/unit-of-work.ts'
import { notFound } from '../errors.ts'
import { visibleTo } from '../graphql/visibility.ts'

/**
 * Holds the booking that a visit belongs to: one that is being deleted is not joined.
 * @throws DomainError NOT_FOUND, also for one that the caller may not see
 */
export async function demandBooking(
  unit: UnitOfWork,
  id: string | null | undefined,
): Promise<void> {
  if (id == null) return
  const rows = await unit.tx.$queryRaw<unknown[]>`
    SELECT 1 FROM booking
     WHERE id = ${id} AND organization_id = ${unit.organizationId} FOR KEY SHARE`
  const where = { id, AND: visibleTo(unit.caller, 'Booking') }
  const found =
    rows.length === 0 ? null : await unit.tx.booking.findFirst({ where, select: { id: true } })
  if (found === null) throw notFound('Booking', id, 'bookingId')
}
