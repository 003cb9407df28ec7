import { holdRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { notFound } from '../../errors.ts'
import { visibleTo } from '../../graphql/reading/visibility.ts'

/**
 * Holds the booking that a visit belongs to: one that is being deleted is not joined.
 * @throws DomainError NOT_FOUND, also for one that the caller may not see
 */
export async function demandBooking(
  unit: UnitOfWork,
  id: string | null | undefined,
): Promise<void> {
  if (id == null) return
  const where = { id, AND: visibleTo(unit.caller, 'Booking') }
  const isThere =
    (await holdRow(unit, 'booking', id)) && (await unit.tx.booking.count({ where })) > 0
  if (!isThere) throw notFound('Booking', id, 'bookingId')
}
