import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../../errors.ts'
import type { Booking, BookingSeries } from '../../../generated/prisma/client.ts'
import { demandTimezone } from '../../locations/rules.ts'
import { findTimezone } from '../../locations/timezone.ts'
import { claim, conflict } from '../holds.ts'
import { askSoon, asksBeforeConfirming } from '../hooks/hooks.ts'
import { openForBooking, openingCheck, type PlacedResource } from '../place.ts'
import { expand } from './recurrence.ts'
import { demandTimes, type Times } from '../rules.ts'
import { checkDetails, draft, tellCreated } from '../service/create.ts'
import type { CreateSeriesInput } from './commands.ts'

/** A time of a series that was left out, and why. */
export interface Skipped extends Times {
  reason: 'CONFLICT' | 'CLOSED'
  /** The bookings in the way. */
  bookingIds: string[]
}

export interface CreatedSeries {
  series: BookingSeries
  bookings: Booking[]
  skipped: Skipped[]
}

/**
 * Books a resource again and again by a rule: all times or none with FAIL, those that are free with
 * SKIP.
 * @throws DomainError CONFLICT listing every booking in the way.
 */
export async function createSeries(
  unit: UnitOfWork,
  input: CreateSeriesInput,
): Promise<CreatedSeries> {
  const placed = await openForBooking(unit, input.resourceId)
  demandTimezone(input.timezone)
  const timezone = input.timezone ?? (await findTimezone(unit, placed.place))
  const times = expand(input.rule, input, timezone)
  demandEveryTime(unit, placed, times)
  const details = await checkDetails(unit, placed, input)
  const closed = await findClosed(unit, placed, times, input.onConflict)
  const series = await unit.tx.bookingSeries.create({
    data: {
      id: newId('bookingSeries', unit.now.getTime()),
      organizationId: unit.organizationId,
      resourceId: placed.resource.id,
      title: details.title,
      ...input.rule,
      timezone,
      bookedById: details.bookedById,
      created: unit.now,
      updated: unit.now,
    },
  })
  const open = times.filter((time) => !closed.includes(time))
  const asks = await asksBeforeConfirming(unit)
  const drafts = open.map((time) =>
    draft(unit, placed.resource, time, { ...details, seriesId: series.id }, asks),
  )
  const { made, refused } = await claim(unit, placed.resource, drafts)
  const clashing = [...new Set(refused.flatMap((one) => one.clashing))]
  if (made.length === 0 || (refused.length > 0 && input.onConflict === 'FAIL')) {
    throw conflict(clashing)
  }
  const bookings = made.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime())
  for (const booking of bookings) tellCreated(unit, placed, booking)
  askSoon(unit, bookings)
  const skipped: Skipped[] = [
    ...closed.map(({ startTime, endTime }): Skipped => ({
      startTime,
      endTime,
      reason: 'CLOSED',
      bookingIds: [],
    })),
    ...refused.map(({ wanted, clashing: bookingIds }): Skipped => ({
      startTime: wanted.startTime,
      endTime: wanted.endTime,
      reason: 'CONFLICT',
      bookingIds,
    })),
  ]
  return {
    series,
    bookings,
    skipped: skipped.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime()),
  }
}

/** Rules that no occurrence may break, SKIP or not: they are the series' own fault. */
function demandEveryTime(
  unit: UnitOfWork,
  { resource }: PlacedResource,
  times: readonly Times[],
): void {
  let last: Times | undefined
  for (const time of times) {
    demandTimes(resource, time, unit.now)
    const free = last === undefined ? 0 : last.endTime.getTime() + resource.bufferMinutes * 60_000
    if (free > time.startTime.getTime()) {
      throw invalid('The bookings of the series would overlap one another', 'rule')
    }
    last = time
  }
}

async function findClosed(
  unit: UnitOfWork,
  placed: PlacedResource,
  times: readonly Times[],
  onConflict: CreateSeriesInput['onConflict'],
): Promise<Times[]> {
  const isOpen = await openingCheck(unit, placed)
  const closed = times.filter((time) => !isOpen(time))
  if (closed.length === 0 || (onConflict === 'SKIP' && closed.length < times.length)) return closed
  const [first] = closed
  throw new DomainError(
    `The resource is closed at ${closed.length} of ${times.length} times, first ${first?.startTime.toISOString()}`,
    { code: 'VALIDATION' },
    ['input', 'startTime'],
  )
}
