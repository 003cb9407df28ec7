import type { UnitOfWork } from '../db/unit-of-work.ts'
import { notFound } from '../errors.ts'

/**
 * Holds the booking that a visit belongs to: one that is being deleted is not joined.
 * @throws DomainError NOT_FOUND
 */
export async function demandBooking(
  unit: UnitOfWork,
  id: string | null | undefined,
): Promise<void> {
  if (id == null) return
  const rows = await unit.tx.$queryRaw<unknown[]>`
    SELECT 1 FROM booking
     WHERE id = ${id} AND organization_id = ${unit.organizationId} FOR KEY SHARE`
  if (rows.length === 0) throw notFound('Booking', id, 'bookingId')
}
