import { lockRow, noteVersion, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { Booking } from '../../../generated/prisma/client.ts'
import type { bookingUpdated } from '../events.ts'
import { serializeBooking } from '../events.ts'
import type { EditScope } from '../fields.ts'
import { bookingFacets, type PlacedResource } from '../place.ts'
import { CHANGEABLE } from '../rules.ts'

/** @throws DomainError NOT_FOUND or VERSION_CONFLICT */
export async function lockBooking(unit: UnitOfWork, input: { id: string }): Promise<Booking> {
  if (!(await lockRow(unit, 'booking', input.id))) throw notFound('Booking', input.id)
  const booking = await unit.tx.booking.findUniqueOrThrow({ where: { id: input.id } })
  return booking
}

export interface LockedScope {
  /** The booking that was named. */
  addressed: Booking
  /** It and the others that the change is meant for, in order of time. */
  scope: Booking[]
}

/**
 * The bookings that a change of one of them is meant for: that one, and of its series those that
 * have not begun and are neither cancelled nor refused. A change of several takes the series first
 * and the bookings in the order of their ids, so that two changes never wait for each other.
 * @throws DomainError NOT_FOUND or VERSION_CONFLICT
 */
export async function lockScope(
  unit: UnitOfWork,
  input: { id: string; scope: EditScope },
): Promise<LockedScope> {
  if (input.scope !== 'THIS') {
    const found = await unit.tx.booking.findUnique({
      where: { id: input.id },
      select: { seriesId: true },
    })
    if (found?.seriesId != null) return lockSeriesScope(unit, input, found.seriesId)
  }
  const addressed = await lockBooking(unit, input)
  return { addressed, scope: [addressed] }
}

async function lockSeriesScope(
  unit: UnitOfWork,
  input: { id: string; scope: EditScope },
  seriesId: string,
): Promise<LockedScope> {
  await lockRow(unit, 'bookingSeries', seriesId)
  const bookings = await lockUpcoming(unit, seriesId, input.id)
  const addressed = bookings.find((booking) => booking.id === input.id)
  if (addressed === undefined) throw notFound('Booking', input.id)
  noteVersion(unit, addressed)
  const scope = bookings.filter(
    (other) =>
      other === addressed ||
      (CHANGEABLE.includes(other.status) &&
        (input.scope === 'ALL' || other.startTime >= addressed.startTime)),
  )
  return { addressed, scope }
}

/** Bookings of a series that have not begun, and one more if asked, locked, in order of time. */
export async function lockUpcoming(
  unit: UnitOfWork,
  seriesId: string,
  besides = '',
): Promise<Booking[]> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM booking
     WHERE series_id = ${seriesId} AND organization_id = ${unit.organizationId}
       AND (start_time > ${unit.now} OR id = ${besides})
     ORDER BY id FOR UPDATE`
  return unit.tx.booking.findMany({
    where: { id: { in: rows.map((row) => row.id) } },
    orderBy: [{ startTime: 'asc' }, { id: 'asc' }],
  })
}

type BookingEvent = typeof bookingUpdated

/** Writes a changed booking and the event that tells of it; nothing when nothing changed. */
export async function save(
  unit: UnitOfWork,
  placed: PlacedResource,
  before: Booking,
  after: Booking,
  event: BookingEvent,
): Promise<Booking> {
  // What is over or called off waits for nobody's answer.
  const hookAt = CHANGEABLE.includes(after.status) ? after.hookAt : null
  const changed = { ...after, hookAt, updated: unit.now, version: before.version + 1 }
  const { id, organizationId: _organization, ...data } = changed
  await unit.tx.booking.update({ where: { id }, data })
  return tell(unit, placed, before, changed, event)
}

/** Records the event of a change that is written already. */
export function tell(
  unit: UnitOfWork,
  placed: PlacedResource,
  before: Booking,
  after: Booking,
  event: BookingEvent,
  placedBefore: PlacedResource = placed,
): Booking {
  const object = serializeBooking(after, placed.resource)
  const previous = diffPayloads(serializeBooking(before, placedBefore.resource), object)
  if (previous === undefined) return before
  // Whoever watches the resource that a booking has left must hear of it too.
  const facets = bookingFacets([after], [placed, placedBefore])
  record(unit, event, { subjectId: after.id, object, previous, facets })
  return after
}
