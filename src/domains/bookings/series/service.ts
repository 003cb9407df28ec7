import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import { record } from '../../../events/record.ts'
import type { Booking, BookingSeries } from '../../../generated/prisma/client.ts'
import { demandManager, demandOwn } from '../access.ts'
import { bookingFacets, findPlaced } from '../place.ts'
import { CHANGEABLE } from '../rules.ts'
import { cancelAll } from '../service/cancel.ts'
import { demandDeletable, removeAll } from '../service/delete.ts'
import { lockUpcoming } from '../service/load.ts'
import { cancelSeriesRow, lockSeries } from './cancel.ts'
import { bookingSeriesDeleted } from './events.ts'
import type { CancelSeriesInput } from './commands.ts'

export interface CancelledSeries {
  series: BookingSeries
  cancelled: Booking[]
}

/** Cancels every booking of a series that is still to come, and the series with them. */
export async function cancelSeries(
  unit: UnitOfWork,
  input: CancelSeriesInput,
): Promise<CancelledSeries> {
  const found = await unit.tx.bookingSeries.findUnique({ where: { id: input.id } })
  if (found === null) throw notFound('Booking series', input.id)
  demandOwn(unit.caller, 'Booking series', found)
  const before = await lockSeries(unit, input.id)
  if (before.status === 'CANCELLED') return { series: before, cancelled: [] }
  const upcoming = (await lockUpcoming(unit, input.id)).filter((booking) =>
    CHANGEABLE.includes(booking.status),
  )
  const reason = input.reason ?? null
  const cancelled = await cancelAll(unit, upcoming, reason)
  return { series: await cancelSeriesRow(unit, input.id, cancelled, reason), cancelled }
}

/**
 * Removes a series with all its bookings for good.
 * @throws DomainError CONFLICT while one of them is under way.
 */
export async function deleteSeries(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandManager(unit.caller)
  const series = await lockSeries(unit, input.id)
  await unit.tx.$queryRaw`
    SELECT 1 FROM booking
     WHERE series_id = ${input.id} AND organization_id = ${unit.organizationId}
     ORDER BY id FOR UPDATE`
  const bookings = await unit.tx.booking.findMany({
    where: { seriesId: series.id },
    orderBy: { startTime: 'asc' },
  })
  await demandDeletable(unit, bookings, 'id')
  await removeAll(unit, bookings)
  await unit.tx.bookingSeries.delete({ where: { id: series.id } })
  const placed = await findPlaced(unit, series.resourceId)
  record(unit, bookingSeriesDeleted, {
    subjectId: series.id,
    object: { id: series.id, deleted: true },
    facets: bookingFacets([series], [placed]),
  })
  return series.id
}
