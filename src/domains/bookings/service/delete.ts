import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, DomainErrors, invalid, notFound, versionConflict } from '../../../errors.ts'
import { record } from '../../../events/record.ts'
import type { Booking } from '../../../generated/prisma/client.ts'
import { demandManager } from '../access.ts'
import { bookingBulkDeleted, bookingDeleted } from '../events.ts'
import type { BulkDeleteBookingsInput } from '../commands.ts'
import { bookingFacets, findAllPlaced, findPlaced } from '../place.ts'
import { lockBooking } from './load.ts'

/** Ids listed in a refusal. */
const LISTED = 20

/**
 * Removes a booking for good, whatever has become of it.
 * @throws DomainError CONFLICT for one under way, which has to end first.
 */
export async function deleteBooking(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandManager(unit.caller)
  const booking = await lockBooking(unit, input)
  await demandDeletable(unit, [booking], 'id')
  const placed = await findPlaced(unit, booking.resourceId)
  await unit.tx.booking.delete({ where: { id: booking.id } })
  record(unit, bookingDeleted, {
    subjectId: booking.id,
    object: { id: booking.id, deleted: true },
    facets: bookingFacets([booking], [placed]),
  })
  return booking.id
}

/**
 * Removes many bookings for good, all or none, told by one event.
 * @throws DomainErrors NOT_FOUND for every id that is not there.
 */
export async function bulkDeleteBookings(
  unit: UnitOfWork,
  input: BulkDeleteBookingsInput,
): Promise<string[]> {
  demandManager(unit.caller)
  const wanted = [...new Set(input.ids)].toSorted()
  const bookings = await lockBookings(unit, wanted)
  const found = new Set(bookings.map((booking) => booking.id))
  const missing = wanted.filter((id) => !found.has(id))
  if (missing.length > 0) {
    throw new DomainErrors(missing.map((id) => notFound('Booking', id, 'ids')))
  }
  demandVersions(bookings, input)
  await demandDeletable(unit, bookings, 'ids')
  await removeAll(unit, bookings)
  return wanted
}

/** @throws DomainErrors VERSION_CONFLICT for every booking that has changed. */
function demandVersions(bookings: readonly Booking[], input: BulkDeleteBookingsInput): void {
  const { ids, expectedVersions } = input
  if (expectedVersions == null) return
  if (expectedVersions.length !== ids.length) {
    throw invalid('expectedVersions: needs one for each id', 'expectedVersions')
  }
  const versions = new Map(bookings.map((booking) => [booking.id, booking.version]))
  const stale = ids.flatMap((id, index) => {
    const [is = 0, expected] = [versions.get(id), expectedVersions[index]]
    return is === expected
      ? []
      : [versionConflict(is, expected, ['expectedVersions', String(index)])]
  })
  if (stale.length > 0) throw new DomainErrors(stale)
}

/** Removes locked bookings with one event. */
export async function removeAll(unit: UnitOfWork, bookings: readonly Booking[]): Promise<void> {
  const ids = bookings.map((booking) => booking.id)
  const [first] = ids
  if (first === undefined) return
  const placed = await findAllPlaced(unit, bookings)
  await unit.tx.booking.deleteMany({ where: { id: { in: ids } } })
  record(unit, bookingBulkDeleted, {
    // An event is about one record; of several the first stands for all.
    subjectId: first,
    object: { ids, deleted: true, count: ids.length },
    facets: bookingFacets(bookings, [...placed.values()]),
  })
}

/** @throws DomainError CONFLICT listing the bookings in use now, or the visits that belong to them. */
export async function demandDeletable(
  unit: UnitOfWork,
  bookings: readonly Booking[],
  field: string,
): Promise<void> {
  const running = bookings.filter((booking) => booking.status === 'CHECKED_IN')
  if (running.length === 0) return demandNoVisits(unit, bookings, field)
  throw new DomainError(
    'A booking under way cannot be deleted: end it first',
    { code: 'CONFLICT', ids: running.map((booking) => booking.id) },
    ['input', field],
  )
}

async function demandNoVisits(
  unit: UnitOfWork,
  bookings: readonly Booking[],
  field: string,
): Promise<void> {
  const visits = await unit.tx.visitor.findMany({
    where: {
      bookingId: { in: bookings.map((booking) => booking.id) },
      status: { in: ['PENDING_APPROVAL', 'REGISTERED', 'CHECKED_IN'] },
    },
    orderBy: { id: 'asc' },
    take: LISTED,
    select: { id: true },
  })
  if (visits.length === 0) return
  throw new DomainError(
    'Visits belong to it that are not over: cancel them first, or cancel the booking instead',
    { code: 'CONFLICT', ids: visits.map((visit) => visit.id) },
    ['input', field],
  )
}

async function lockBookings(unit: UnitOfWork, ids: readonly string[]): Promise<Booking[]> {
  await unit.tx.$queryRaw`
    SELECT 1 FROM booking
     WHERE id = ANY (${ids}) AND organization_id = ${unit.organizationId}
     ORDER BY id FOR UPDATE`
  return unit.tx.booking.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' } })
}
