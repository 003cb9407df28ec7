import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import type { Booking } from '../../../generated/prisma/client.ts'
import { findTimezone } from '../../locations/timezone.ts'
import { demandManager, demandOwn } from '../access.ts'
import { asApproved, NOT_APPROVED_BY_ANYBODY } from '../approval.ts'
import { bookingUpdated, serializeBooking } from '../events.ts'
import { move } from '../holds.ts'
import { askSoon, asksBeforeConfirming, confirmation } from '../hooks/hooks.ts'
import type { UpdateBookingInput } from '../commands.ts'
import {
  demandCustomer,
  demandOpenAt,
  demandReservable,
  demandService,
  findAllPlaced,
  openForBooking,
  type PlacedResource,
} from '../place.ts'
import { applyEdit, wallClockEdit } from '../series/recurrence.ts'
import {
  CHANGEABLE,
  demandCapacity,
  demandChangeable,
  demandTimes,
  timing,
  type Times,
} from '../rules.ts'
import { lockScope, tell } from './load.ts'

export interface UpdatedBookings {
  booking: Booking
  /** Every booking that changed, in order of time. */
  changed: Booking[]
}

/**
 * Changes a booking, or with it others of its series: all or none.
 * @throws DomainError CONFLICT listing the bookings in the way.
 */
export async function updateBooking(
  unit: UnitOfWork,
  input: UpdateBookingInput,
): Promise<UpdatedBookings> {
  // Before anything is said of the resource, which tells of the booking.
  const found = await unit.tx.booking.findUnique({ where: { id: input.id } })
  if (found === null) throw notFound('Booking', input.id)
  demandOwn(unit.caller, 'Booking', found)
  const targetOf = await openTargets(unit, input, found)
  const { addressed, scope } = await lockScope(unit, input)
  demandChangeable(addressed)
  const timesOf = await retiming(unit, input, addressed, targetOf(addressed))
  const asks = await asksBeforeConfirming(unit)
  const plans: Plan[] = []
  for (const before of scope) {
    const target = targetOf(before)
    const after = plan(unit, input, target, before, timesOf(before), asks)
    if (differs(target, before, after)) plans.push({ target, before, after })
  }
  const placedBefore = await findAllPlaced(unit, scope)
  for (const { target, before, after } of plans) await check(unit, target, before, after)
  for (const target of new Set(plans.map((one) => one.target))) {
    const moved = plans.filter((one) => one.target === target).map((one) => one.after)
    await move(unit, target.resource, moved)
  }
  for (const { target, before, after } of plans) {
    tell(unit, target, before, after, bookingUpdated, placedBefore.get(before.resourceId))
  }
  const changed = plans.map((one) => one.after)
  askSoon(unit, changed)
  return { booking: changed.find((one) => one.id === addressed.id) ?? addressed, changed }
}

interface Plan {
  /** The resource that the booking is of afterwards. */
  target: PlacedResource
  before: Booking
  after: Booking
}

/**
 * The resources that bookings are to be of, their rules held still before any booking is locked.
 * Without a new one each stays where it is: one of a series may have been moved away from the rest.
 */
async function openTargets(
  unit: UnitOfWork,
  input: UpdateBookingInput,
  addressed: Booking,
): Promise<(booking: Booking) => PlacedResource> {
  if (input.resourceId !== undefined) {
    const target = await openForBooking(unit, input.resourceId)
    return () => target
  }
  const others =
    input.scope === 'THIS' || addressed.seriesId === null
      ? []
      : await unit.tx.booking.findMany({
          where: { seriesId: addressed.seriesId, status: { in: CHANGEABLE } },
          select: { resourceId: true },
          distinct: ['resourceId'],
        })
  const ids = [...new Set([addressed, ...others].map((one) => one.resourceId))].toSorted()
  const targets = new Map<string, PlacedResource>()
  for (const id of ids) targets.set(id, await openForBooking(unit, id))
  return (booking) => {
    const target = targets.get(booking.resourceId)
    if (target !== undefined) return target
    throw new DomainError(
      'A booking was moved to another resource just now: read it again',
      { code: 'VERSION_CONFLICT', currentVersion: booking.version },
      ['input', 'id'],
    )
  }
}

/** Where each booking of the scope goes in time. */
async function retiming(
  unit: UnitOfWork,
  input: UpdateBookingInput,
  addressed: Booking,
  target: PlacedResource,
): Promise<(booking: Booking) => Times> {
  if (input.startTime === undefined && input.endTime === undefined) return (booking) => booking
  const timezone = await timezoneOf(unit, addressed, target)
  const startTime = input.startTime ?? addressed.startTime
  const length = wallClockEdit(addressed, addressed, timezone).length
  const kept = wallClockEdit(addressed, { startTime, endTime: startTime }, timezone)
  const endTime = input.endTime ?? applyEdit({ ...kept, length }, addressed, timezone).endTime
  const edit = wallClockEdit(addressed, { startTime, endTime }, timezone)
  return (booking) =>
    booking.id === addressed.id ? { startTime, endTime } : applyEdit(edit, booking, timezone)
}

/** The clock by which a series was made; for a single booking the one on its resource's wall. */
async function timezoneOf(
  unit: UnitOfWork,
  booking: Booking,
  target: PlacedResource,
): Promise<string> {
  if (booking.seriesId === null) return findTimezone(unit, target.place)
  const series = await unit.tx.bookingSeries.findUniqueOrThrow({
    where: { id: booking.seriesId },
    select: { timezone: true },
  })
  return series.timezone
}

/** A booking as it would be after the change. */
function plan(
  unit: UnitOfWork,
  input: UpdateBookingInput,
  { resource }: PlacedResource,
  before: Booking,
  times: Times,
  asks: boolean,
): Booking {
  const after: Booking = { ...before, updated: unit.now, version: before.version + 1 }
  if (input.title !== undefined) after.title = input.title
  if (input.attendees !== undefined) after.attendees = input.attendees
  if (input.serviceId !== undefined) after.serviceId = input.serviceId
  if (input.customerId !== undefined) after.customerId = input.customerId
  if (!isMoved(resource.id, before, times)) return asApproved(unit, resource, before, after)
  if (before.status === 'CHECKED_IN') {
    const { endTime, holdEnd } = timing(resource, times, before.created)
    // Under way: it can end at another time, but it has begun where and when it has.
    Object.assign(after, { startTime: times.startTime, resourceId: resource.id, endTime, holdEnd })
    return asApproved(unit, resource, before, after)
  }
  Object.assign(after, timing(resource, times, before.created), {
    resourceId: resource.id,
    exclusive: resource.maxConcurrent === 1,
    // What was approved was the old time: nobody may move past the approver.
    ...(resource.requiresApproval ? { status: 'PENDING', hookAt: null } : confirmation(unit, asks)),
    ...NOT_APPROVED_BY_ANYBODY,
  })
  return after
}

const isMoved = (resourceId: string, before: Booking, { startTime, endTime }: Times) =>
  before.resourceId !== resourceId ||
  before.startTime.getTime() !== startTime.getTime() ||
  before.endTime.getTime() !== endTime.getTime()

function differs(target: PlacedResource, before: Booking, after: Booking): boolean {
  const [old, fresh] = [before, after].map((booking) =>
    JSON.stringify({ ...serializeBooking(booking, target.resource), updated: 0 }),
  )
  return old !== fresh
}

/** @throws DomainError VALIDATION, or AccessError where a manager has to agree to more time. */
function demandExtension(
  unit: UnitOfWork,
  { resource }: PlacedResource,
  before: Booking,
  after: Booking,
): void {
  if (isMoved(resource.id, before, { ...after, endTime: before.endTime })) {
    throw invalid('A booking under way keeps its resource and its start', 'startTime')
  }
  if (resource.requiresApproval) demandManager(unit.caller)
}

async function check(
  unit: UnitOfWork,
  target: PlacedResource,
  before: Booking,
  after: Booking,
): Promise<void> {
  const { resource } = target
  const moved = isMoved(resource.id, before, after)
  if (moved) {
    if (before.status === 'CHECKED_IN') demandExtension(unit, target, before, after)
    demandTimes(resource, after, unit.now, before.startTime)
    await demandOpenAt(unit, target, after)
  }
  if (before.resourceId !== resource.id) demandReservable(unit, target)
  if (moved || after.attendees !== before.attendees) demandCapacity(resource, after.attendees)
  if (after.customerId !== null && after.customerId !== before.customerId) {
    await demandCustomer(unit, after.customerId)
  }
  const serviceChanged = after.serviceId !== before.serviceId || before.resourceId !== resource.id
  if (after.serviceId !== null && serviceChanged) {
    await demandService(unit, after.serviceId, resource.id)
  }
}
