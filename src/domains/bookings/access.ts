import type { Caller } from '../../access/caller.ts'
import { AccessError, notFound } from '../../errors.ts'
import type { Role } from '../../generated/prisma/enums.ts'

const MANAGERS: ReadonlySet<Role> = new Set<Role>(['OWNER', 'ADMIN', 'MANAGER'])

/** Whether the caller looks after everybody's bookings. A key does, as far as its scopes go. */
export function managesBookings(caller: Caller): boolean {
  return caller.kind !== 'user' || MANAGERS.has(caller.role)
}

/** @throws AccessError FORBIDDEN */
export function demandManager(caller: Caller): void {
  if (managesBookings(caller)) return
  throw new AccessError('FORBIDDEN', 'This needs the role Manager, Admin or Owner')
}

/**
 * Who does not manage all bookings handles their own; of others they learn nothing.
 * @throws DomainError NOT_FOUND, as for one that does not exist
 */
export function demandOwn(
  caller: Caller,
  what: 'Booking' | 'Booking series',
  booking: { id: string; bookedById: string | null },
): void {
  if (managesBookings(caller)) return
  if (caller.kind === 'user' && caller.userId === booking.bookedById) return
  throw notFound(what, booking.id)
}
