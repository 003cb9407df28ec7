import { holdRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid, notFound } from '../../errors.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Booking, Location, Resource } from '../../generated/prisma/client.ts'
import { findTimezone } from '../locations/timezone.ts'
import { resourceFacets } from '../resources/events.ts'
import { demandOpen, isOpenThroughout, parseOpenHours } from '../resources/open-hours.ts'
import type { Times } from './rules.ts'

/** A resource with the place it is at: what every event of its bookings needs. */
export interface PlacedResource {
  resource: Resource
  facets: FacetsOf<'location' | 'site' | 'resource'>
  place: Location
}

/** The resource of a booking, also when it has been deleted since. */
export async function findPlaced(unit: UnitOfWork, resourceId: string): Promise<PlacedResource> {
  const { location: place, ...resource } = await unit.tx.resource.findUniqueOrThrow({
    where: { id: resourceId },
    include: { location: true },
  })
  return { resource, place, facets: resourceFacets(resource, place) }
}

/** Every resource that some bookings are of, each read once. */
export async function findAllPlaced(
  unit: UnitOfWork,
  bookings: readonly Pick<Booking, 'resourceId'>[],
): Promise<Map<string, PlacedResource>> {
  const ids = [...new Set(bookings.map((booking) => booking.resourceId))]
  const rows = await unit.tx.resource.findMany({
    where: { id: { in: ids } },
    include: { location: true },
  })
  return new Map(
    rows.map(({ location: place, ...resource }) => [
      resource.id,
      { resource, place, facets: resourceFacets(resource, place) },
    ]),
  )
}

/** What an event is about that concerns something booked, or several that stand at several places. */
export function bookingFacets(
  bookings: readonly Pick<Booking, 'bookedById'>[],
  placed: readonly PlacedResource[],
): FacetsOf<'location' | 'site' | 'resource'> {
  const keys = ['location', 'site', 'resource'] as const
  const entries = keys.map((key) => {
    return [key, [...new Set(placed.flatMap(({ facets }) => facets[key] ?? []))]] as const
  })
  const [booker, ...others] = new Set(bookings.map(({ bookedById }) => bookedById))
  // What is told of the bookings of several people at once belongs to none of them.
  const isOnes = booker != null && others.length === 0
  return { ...Object.fromEntries(entries), ...(isOnes ? { party: [booker] } : {}) }
}

/**
 * A resource that the caller may book, with its rules held still until the end of the transaction:
 * bookings share this lock, a change of the rules waits for it.
 * @throws DomainError NOT_FOUND, or VALIDATION when its status forbids it.
 */
export async function openForBooking(
  unit: UnitOfWork,
  resourceId: string,
): Promise<PlacedResource> {
  const rows = await unit.tx.$queryRaw<unknown[]>`
    SELECT 1 FROM resource
     WHERE id = ${resourceId} AND organization_id = ${unit.organizationId} AND archived_at IS NULL
       FOR KEY SHARE`
  if (rows.length === 0) throw notFound('Resource', resourceId, 'resourceId')
  return findPlaced(unit, resourceId)
}

/** @throws DomainError VALIDATION when nobody, or only a machine, may book it. */
export function demandReservable(unit: UnitOfWork, { resource }: PlacedResource): void {
  const { reservableStatus, name } = resource
  if (reservableStatus === 'NOT_RESERVABLE') {
    throw invalid(`${name} cannot be booked at present`, 'resourceId')
  }
  if (reservableStatus === 'IOT_ONLY' && unit.caller.kind === 'user') {
    throw invalid(`${name} can be booked by machines only`, 'resourceId')
  }
}

/** @throws DomainError VALIDATION when the resource is closed at some point. */
export async function demandOpenAt(
  unit: UnitOfWork,
  { resource, place }: PlacedResource,
  times: Times,
): Promise<void> {
  const hours = parseOpenHours(resource.openHours)
  if (hours === null) return
  demandOpen(hours, times.startTime, times.endTime, await findTimezone(unit, place))
}

/** Tells of many times whether the resource is open; the time zone is looked up once. */
export async function openingCheck(
  unit: UnitOfWork,
  { resource, place }: PlacedResource,
): Promise<(times: Times) => boolean> {
  const hours = parseOpenHours(resource.openHours)
  if (hours === null) return () => true
  const timezone = await findTimezone(unit, place)
  return ({ startTime, endTime }) => isOpenThroughout(hours, startTime, endTime, timezone)
}

/**
 * Holds the customer still: one that is being deleted is not booked for.
 * @throws DomainError NOT_FOUND
 */
export async function demandCustomer(unit: UnitOfWork, id: string): Promise<void> {
  if (!(await holdRow(unit, 'customer', id))) throw notFound('Customer', id, 'customerId')
}

/** @throws DomainError VALIDATION or NOT_FOUND for a service that does not go with the resource. */
export async function demandService(
  unit: UnitOfWork,
  serviceId: string,
  resourceId: string,
): Promise<void> {
  const service = await unit.tx.service.findUnique({
    where: { id: serviceId },
    select: { resources: { where: { resourceId }, select: { resourceId: true } } },
  })
  if (service === null) throw notFound('Service', serviceId, 'serviceId')
  if (service.resources.length === 0) {
    throw invalid('This service is not offered with the resource', 'serviceId')
  }
}
