import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { Booking, BookingSeries } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { bookingFacets, findPlaced } from '../place.ts'
import { bookingSeriesCancelled, serializeSeries } from './events.ts'

/** Marks a series as cancelled, after its bookings; nothing when it is already. */
export async function cancelSeriesRow(
  unit: UnitOfWork,
  id: string,
  cancelled: readonly Booking[],
  reason: string | null,
): Promise<BookingSeries> {
  const before = await lockSeries(unit, id)
  if (before.status === 'CANCELLED') return before
  const series = await unit.tx.bookingSeries.update({
    where: { id },
    data: {
      status: 'CANCELLED',
      cancelledById: userIdOf(unit.caller) ?? null,
      cancelledAt: unit.now,
      cancelReason: reason,
      updated: unit.now,
      version: before.version + 1,
    },
  })
  const ids = cancelled.map((booking) => booking.id)
  const object = serializeSeries(series, ids)
  const previous = diffPayloads(serializeSeries(before, ids), object)
  const facets = bookingFacets([series], [await findPlaced(unit, series.resourceId)])
  if (previous !== undefined) {
    record(unit, bookingSeriesCancelled, { subjectId: id, object, previous, facets })
  }
  return series
}

export async function lockSeries(unit: UnitOfWork, id: string): Promise<BookingSeries> {
  if (!(await lockRow(unit, 'bookingSeries', id))) throw notFound('Booking series', id)
  return unit.tx.bookingSeries.findUniqueOrThrow({ where: { id } })
}
