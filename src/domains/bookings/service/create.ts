import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { record } from '../../../events/record.ts'
import type { Booking, Resource } from '../../../generated/prisma/client.ts'
import { demandActiveUser, userIdOf } from '../../../identity/users/people.ts'
import { demandManager } from '../access.ts'
import { NOT_APPROVED_BY_ANYBODY } from '../approval.ts'
import { bookingCreated, serializeBooking } from '../events.ts'
import { claim, conflict } from '../holds.ts'
import { askSoon, asksBeforeConfirming, confirmation } from '../hooks/hooks.ts'
import type { CreateBookingInput } from '../commands.ts'
import {
  bookingFacets,
  demandCustomer,
  demandOpenAt,
  demandReservable,
  demandService,
  openForBooking,
  type PlacedResource,
} from '../place.ts'
import { demandCapacity, demandTimes, timing, type Times } from '../rules.ts'

/**
 * Books a resource. Where two want the same time, the database lets one in.
 * @throws DomainError CONFLICT listing the bookings in the way.
 */
export async function createBooking(unit: UnitOfWork, input: CreateBookingInput): Promise<Booking> {
  const placed = await openForBooking(unit, input.resourceId)
  demandTimes(placed.resource, input, unit.now)
  const details = await checkDetails(unit, placed, input)
  await demandOpenAt(unit, placed, input)
  const { made, refused } = await claim(unit, placed.resource, [
    draft(unit, placed.resource, input, details, await asksBeforeConfirming(unit)),
  ])
  const [booking] = made
  if (booking === undefined) throw conflict(refused[0]?.clashing ?? [])
  tellCreated(unit, placed, booking)
  askSoon(unit, [booking])
  return booking
}

export type Details = Pick<
  Booking,
  'title' | 'attendees' | 'serviceId' | 'customerId' | 'bookedById' | 'seriesId'
>

type GivenDetails = Pick<
  CreateBookingInput,
  'title' | 'attendees' | 'serviceId' | 'customerId' | 'bookedById'
>

/** Checks everything about a new booking that has nothing to do with its time. */
export async function checkDetails(
  unit: UnitOfWork,
  placed: PlacedResource,
  input: GivenDetails,
): Promise<Details> {
  demandReservable(unit, placed)
  demandCapacity(placed.resource, input.attendees)
  if (input.serviceId != null) await demandService(unit, input.serviceId, placed.resource.id)
  if (input.customerId != null) await demandCustomer(unit, input.customerId)
  const self = userIdOf(unit.caller) ?? null
  if (input.bookedById != null && input.bookedById !== self) {
    demandManager(unit.caller)
    await demandActiveUser(unit, input.bookedById, 'bookedById')
  }
  return {
    title: input.title ?? null,
    attendees: input.attendees ?? null,
    serviceId: input.serviceId ?? null,
    customerId: input.customerId ?? null,
    bookedById: input.bookedById ?? self,
    seriesId: null,
  }
}

/** A booking as it would be written. */
export function draft(
  unit: UnitOfWork,
  resource: Resource,
  times: Times,
  details: Details,
  asks: boolean,
): Booking {
  return {
    id: newId('booking', unit.now.getTime()),
    organizationId: unit.organizationId,
    resourceId: resource.id,
    ...details,
    ...(resource.requiresApproval ? { status: 'PENDING', hookAt: null } : confirmation(unit, asks)),
    ...timing(resource, times, unit.now),
    exclusive: resource.maxConcurrent === 1,
    ...NOT_APPROVED_BY_ANYBODY,
    rejectReason: null,
    cancelledById: null,
    cancelledAt: null,
    cancelReason: null,
    checkedInAt: null,
    releasedAt: null,
    endedAt: null,
    version: 1,
    created: unit.now,
    updated: unit.now,
  }
}

export function tellCreated(unit: UnitOfWork, placed: PlacedResource, booking: Booking): void {
  record(unit, bookingCreated, {
    subjectId: booking.id,
    object: serializeBooking(booking, placed.resource),
    facets: bookingFacets([booking], [placed]),
  })
}
