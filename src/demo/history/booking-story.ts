import {
  bookingCancelled,
  bookingCheckedIn,
  bookingCreated,
  bookingEnded,
  bookingNoShow,
  bookingRejected,
  bookingUpdated,
  serializeBooking,
} from '../../domains/bookings/events.ts'
import { earlyEnd, timing } from '../../domains/bookings/rules.ts'
import { newId } from '../../database/ids.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { Booking } from '../../generated/prisma/client.ts'
import { resourceFacets } from '../../domains/resources/events.ts'
import type { Plan } from './bookings.ts'
import type { Campus, Step } from '../campus/campus.ts'

interface Story {
  campus: Campus
  plan: Plan
  booking: Booking
  step: Step
}

/** One booking from when it was made to its end, as far as time allows. */
export function tellBooking(campus: Campus, plan: Plan): Step {
  const { bookable, booker, created } = plan
  const booking = newBooking(campus, plan)
  const step: Step = { at: created, rows: [], facts: [] }
  const story: Story = { campus, plan, booking, step }
  step.facts.push({
    at: created,
    definition: bookingCreated,
    subjectId: booking.id,
    object: serializeBooking(booking, bookable.resource),
    facets: { ...resourceFacets(bookable.resource, bookable.place), party: [booker.id] },
    actorId: booker.id,
  })
  live(story)
  step.rows.push({ table: 'booking', values: story.booking })
  return step
}

function live(story: Story): void {
  const { campus, plan } = story
  const { random } = campus
  if (plan.bookable.resource.requiresApproval && !decide(story)) return
  if (plan.seriesId === null && random.chance(0.08)) {
    const at = between(story, 0.2 + 0.6 * random.next())
    if (at > story.booking.updated) {
      const reason = random.pick(['Moved to another day', 'No longer needed', null])
      change(story, at, plan.booker.id, bookingCancelled, {
        status: 'CANCELLED',
        cancelledById: plan.booker.id,
        cancelledAt: at,
        cancelReason: reason,
      })
      return
    }
  }
  attend(story)
}

/** Whether the booking stands, as far as anybody has decided. */
function decide(story: Story): boolean {
  const { random, people } = story.campus
  const approver = random.pick(people.managers)
  const at = between(story, 0.1 + 0.3 * random.next())
  if (random.chance(0.12)) {
    const rejectReason = random.pick(['Reserved for an inspection', 'Under repair'])
    change(story, at, approver.id, bookingRejected, { status: 'REJECTED', rejectReason })
    return false
  }
  const approval = { status: 'CONFIRMED' as const, approvedById: approver.id, approvedAt: at }
  return change(story, at, approver.id, bookingUpdated, approval)
}

function attend(story: Story): void {
  const { booking, campus, plan } = story
  const { random } = campus
  const { checkInDeadline, checkInOpensAt, startTime, endTime } = booking
  if (booking.autoRelease && random.chance(0.07)) {
    const released = { status: 'NO_SHOW' as const, releasedAt: checkInDeadline }
    change(story, checkInDeadline, undefined, bookingNoShow, released)
    return
  }
  const checksIn = booking.autoRelease || random.chance(0.4)
  if (checksIn) {
    const wanted = startTime.getTime() + random.int(-480, 540) * 1_000
    const earliest = Math.max(checkInOpensAt.getTime(), booking.updated.getTime() + 1_000)
    const at = new Date(Math.min(Math.max(wanted, earliest), checkInDeadline.getTime() - 1_000))
    const inside = { status: 'CHECKED_IN' as const, checkedInAt: at }
    if (!change(story, at, plan.booker.id, bookingCheckedIn, inside)) return
  }
  if (checksIn && random.chance(0.2)) {
    const length = endTime.getTime() - startTime.getTime()
    const early = new Date(endTime.getTime() - Math.floor((length * 0.2) / 1_000) * 1_000)
    const ended = { status: 'COMPLETED' as const, ...earlyEnd(story.booking, early) }
    change(story, early, plan.booker.id, bookingEnded, ended)
    return
  }
  const ended = { status: 'COMPLETED' as const, endedAt: endTime }
  change(story, endTime, undefined, bookingEnded, ended)
}

/** @returns false, changing nothing, for what lies in the future. */
function change(
  story: Story,
  at: Date,
  actorId: string | undefined,
  definition: typeof bookingUpdated,
  changes: Partial<Booking>,
): boolean {
  const { campus, plan, booking: before } = story
  if (at > campus.now) return false
  const { resource, place } = plan.bookable
  const after: Booking = { ...before, ...changes, updated: at, version: before.version + 1 }
  story.booking = after
  const object = serializeBooking(after, resource)
  story.step.facts.push({
    at,
    definition,
    subjectId: after.id,
    object,
    previous: diffPayloads(serializeBooking(before, resource), object),
    facets: { ...resourceFacets(resource, place), party: [plan.booker.id] },
    actorId,
  })
  return true
}

/** A moment on the way from the last change to the start; 0 = at once, 1 = at the start. */
function between({ booking }: Story, share: number): Date {
  const [from, to] = [booking.updated.getTime(), booking.startTime.getTime()]
  return new Date(from + Math.floor(((to - from) * share) / 1_000) * 1_000)
}

function newBooking(campus: Campus, plan: Plan): Booking {
  const { bookable, booker, created, title, seriesId } = plan
  const { resource } = bookable
  const { capacity } = resource
  return {
    id: newId('booking', created.getTime()),
    organizationId: campus.organizationId,
    resourceId: resource.id,
    seriesId,
    serviceId: null,
    customerId: null,
    title,
    attendees: capacity === null ? null : campus.random.int(1, capacity),
    status: resource.requiresApproval ? 'PENDING' : 'CONFIRMED',
    ...timing(resource, plan, created),
    exclusive: resource.maxConcurrent === 1,
    bookedById: booker.id,
    approvedById: null,
    approvedAt: null,
    approvedThrough: null,
    approvedDigest: null,
    rejectReason: null,
    cancelledById: null,
    cancelledAt: null,
    cancelReason: null,
    checkedInAt: null,
    releasedAt: null,
    endedAt: null,
    hookAt: null,
    version: 1,
    created,
    updated: created,
  }
}
