import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { Booking } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { demandOwn } from '../access.ts'
import { bookingCancelled } from '../events.ts'
import type { CancelBookingInput } from '../commands.ts'
import { findAllPlaced } from '../place.ts'
import { demandTransition } from '../rules.ts'
import { cancelSeriesRow } from '../series/cancel.ts'
import { lockScope, save } from './load.ts'

export interface CancelledBookings {
  booking: Booking
  /** Every booking that was cancelled, in order of time. */
  cancelled: Booking[]
}

/** Cancels a booking, or with it others of its series. */
export async function cancelBooking(
  unit: UnitOfWork,
  input: CancelBookingInput,
): Promise<CancelledBookings> {
  const { addressed, scope } = await lockScope(unit, input)
  demandOwn(unit.caller, 'Booking', addressed)
  if (addressed.status === 'CANCELLED' && input.scope === 'THIS') {
    return { booking: addressed, cancelled: [] }
  }
  if (addressed.status !== 'CANCELLED') demandTransition(addressed, 'CANCELLED')
  const cancelled = await cancelAll(unit, scope, input.reason ?? null)
  if (input.scope === 'ALL' && addressed.seriesId !== null) {
    await cancelSeriesRow(unit, addressed.seriesId, cancelled, input.reason ?? null)
  }
  return { booking: cancelled.find((one) => one.id === addressed.id) ?? addressed, cancelled }
}

/** Cancels locked bookings, each with its own event; cancelled ones stay as they are. */
export async function cancelAll(
  unit: UnitOfWork,
  bookings: readonly Booking[],
  reason: string | null,
): Promise<Booking[]> {
  const placed = await findAllPlaced(unit, bookings)
  const cancelled: Booking[] = []
  for (const before of bookings) {
    const at = placed.get(before.resourceId)
    if (before.status === 'CANCELLED' || at === undefined) continue
    const after: Booking = {
      ...before,
      status: 'CANCELLED',
      cancelledById: userIdOf(unit.caller) ?? null,
      cancelledAt: unit.now,
      cancelReason: reason,
    }
    cancelled.push(await save(unit, at, before, after, bookingCancelled))
  }
  return cancelled
}
