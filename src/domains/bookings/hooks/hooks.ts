import { z } from 'zod'
import { planHasApi } from '../../../access/caller.ts'
import { defineJob } from '../../../database/queue.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import type { EventDefinition } from '../../../events/define.ts'
import type { Booking, Resource } from '../../../generated/prisma/client.ts'
import { notify } from '../../notifications/notifications.ts'
import {
  bookingBeforeConfirmation,
  bookingBeforeReminder,
  type BookingPayload,
  bookingRejected,
  bookingUpdated,
  serializeBooking,
} from '../events.ts'
import { findPlaced } from '../place.ts'
import { save } from '../service/load.ts'

/*
 * Questions before a booking is confirmed or reminded of.
 *
 * Nobody's transaction waits for somebody else's server: the booking is written PENDING with
 * `hookAt` set, and holds its time. After the commit a job asks and a second transaction settles what
 * was answered. A worker that dies in between leaves `hookAt` behind, and the question is asked
 * again when its claim has run out. The status tells which question it is.
 */

/** Wake-up: this booking has a question to be asked. */
export const bookingHookJob = defineJob({
  name: 'booking-hook',
  data: z.string(),
  policy: 'short',
})

/** Longer than any answer may take. */
const CLAIM_MS = 30_000
const MAX_REASON = 500

/** Whether somebody wants to be asked before bookings are confirmed. */
export function asksBeforeConfirming(unit: UnitOfWork): Promise<boolean> {
  return isAsked(unit, bookingBeforeConfirmation.type)
}

/** Whether somebody wants to be asked before anybody is reminded. */
export function asksBeforeReminding(unit: UnitOfWork): Promise<boolean> {
  return isAsked(unit, bookingBeforeReminder.type)
}

async function isAsked(unit: UnitOfWork, eventType: string): Promise<boolean> {
  if (!planHasApi(unit.caller.plan)) return false
  return (await unit.tx.syncHook.count({ where: { eventType } })) > 0
}

/** How a booking begins that nobody has to approve, or whose approval was just given. */
export function confirmation(
  unit: UnitOfWork,
  asks: boolean,
): Pick<Booking, 'status'> & Pick<Booking, 'hookAt'> {
  return asks ? { status: 'PENDING', hookAt: unit.now } : { status: 'CONFIRMED', hookAt: null }
}

/** Sees to it that what was just written with `hookAt` is asked once it is committed. */
export function askSoon(unit: UnitOfWork, bookings: readonly Pick<Booking, 'id' | 'hookAt'>[]) {
  const asked = bookings.filter((booking) => booking.hookAt !== null)
  if (asked.length === 0) return
  unit.afterCommit(() => {
    for (const { id } of asked) unit.queue.enqueueSoon(bookingHookJob, id, id)
  })
}

/** A question about a booking, as it stands. */
export interface BookingQuestion {
  definition: EventDefinition<BookingPayload>
  object: BookingPayload
}

/**
 * Takes a question that is due; nobody else asks it before the claim has run out.
 * @returns undefined when there is none (any more)
 */
export async function takeQuestion(
  unit: UnitOfWork,
  id: string,
): Promise<BookingQuestion | undefined> {
  const booking = await lockWaiting(unit, id)
  if (booking === undefined || (booking.hookAt?.getTime() ?? 0) > unit.now.getTime()) {
    return undefined
  }
  await unit.tx.booking.update({
    where: { id },
    data: { hookAt: new Date(unit.now.getTime() + CLAIM_MS) },
  })
  const { resource } = await findPlaced(unit, booking.resourceId)
  const definition =
    booking.status === 'PENDING' ? bookingBeforeConfirmation : bookingBeforeReminder
  return { definition, object: serializeBooking(booking, resource) }
}

async function lockWaiting(unit: UnitOfWork, id: string): Promise<Booking | undefined> {
  if (!(await lockRow(unit, 'booking', id))) return undefined
  const booking = await unit.tx.booking.findUniqueOrThrow({ where: { id } })
  const waits = booking.status === 'PENDING' || booking.status === 'CONFIRMED'
  return waits && booking.hookAt !== null ? booking : undefined
}

interface Answer {
  allowed: boolean
  reason?: string | undefined
  /** Added to what the person is told. */
  message?: string | undefined
}

/** Does what the answer says, unless the booking has gone another way meanwhile. */
export async function settleQuestion(unit: UnitOfWork, id: string, answer: Answer): Promise<void> {
  const before = await lockWaiting(unit, id)
  if (before === undefined) return
  const { message } = answer
  if (before.status === 'CONFIRMED') {
    await unit.tx.booking.update({ where: { id }, data: { hookAt: null, reminderAt: null } })
    if (answer.allowed) await remind(unit, before, message)
    return
  }
  const placed = await findPlaced(unit, before.resourceId)
  const after: Booking = answer.allowed
    ? { ...before, hookAt: null, status: 'CONFIRMED' }
    : {
        ...before,
        hookAt: null,
        status: 'REJECTED',
        rejectReason: (answer.reason ?? 'Refused').slice(0, MAX_REASON),
      }
  const event = answer.allowed ? bookingUpdated : bookingRejected
  await save(unit, placed, before, after, event)
  await tellBooker(unit, after, {
    topic: answer.allowed ? 'booking.confirmed' : 'booking.rejected',
    title: `${placed.resource.name} is ${answer.allowed ? 'booked' : 'not booked'}`,
    body: message ?? (answer.allowed ? null : after.rejectReason),
  })
}

/** Reminds whoever booked. */
export async function remind(unit: UnitOfWork, booking: Booking, message?: string): Promise<void> {
  const { resource } = await findPlaced(unit, booking.resourceId)
  const { title } = booking
  await tellBooker(unit, booking, {
    topic: 'booking.reminder',
    title: reminderTitle(resource, booking),
    body: [title, message].filter((part) => part != null).join('\n') || null,
  })
}

const reminderTitle = ({ name }: Resource, { startTime }: Booking) =>
  `${name} is booked for ${startTime.toISOString()}`

async function tellBooker(
  unit: UnitOfWork,
  { id, bookedById }: Booking,
  message: { topic: string; title: string; body: string | null },
): Promise<void> {
  if (bookedById === null) return
  await notify(unit, { ...message, userId: bookedById, subjectId: id })
}
