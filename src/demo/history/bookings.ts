import { newId } from '../../database/ids.ts'
import type { BookingSeries } from '../../generated/prisma/client.ts'
import { tellBooking } from './booking-story.ts'
import { type Campus, DAY_MS, HOUR_MS, type Person, type Step } from '../campus/campus.ts'
import { type Bookable, makeRooms } from '../campus/rooms.ts'
import { type WorkingDay, workingDays } from '../campus/working-days.ts'

/** A booking that is going to be told. */
export interface Plan {
  bookable: Bookable
  booker: Person
  title: string | null
  startTime: Date
  endTime: Date
  created: Date
  seriesId: string | null
}

const DAYS_BACK = 45
const DAYS_AHEAD = 14
/** Minutes after midnight between which people book. */
const MORNING = 8 * 60
const EVENING = 18 * 60
const TITLES = [
  'Weekly planning',
  'Interview',
  'Supplier visit',
  'Safety briefing',
  'Project review',
  'Budget round',
  'Training',
  null,
] as const

/** What can be booked, and two months of bookings: past, running and to come. */
export function addBookings(campus: Campus): Iterable<Step> {
  const { bookables, step } = makeRooms(campus)
  const plans: Plan[] = []
  const days = new Map<string, WorkingDay[]>()
  for (const [index, bookable] of bookables.entries()) {
    const { timezone } = bookable
    const known = days.get(timezone) ?? workingDays(campus.now, timezone, DAYS_BACK, DAYS_AHEAD)
    days.set(timezone, known)
    // One room of every site has its standing meeting.
    const isFirst = bookables[index - 1]?.timezone !== timezone
    const standing = isFirst ? makeSeries(campus, bookable, known) : undefined
    if (standing !== undefined) {
      step.rows.push({ table: 'booking_series', values: standing.series })
      plans.push(...standing.plans)
    }
    for (const day of known) plans.push(...fill(campus, bookable, day, standing !== undefined))
  }
  plans.sort((a, b) => a.created.getTime() - b.created.getTime())
  return tellAll(campus, step, plans)
}

function* tellAll(campus: Campus, first: Step, plans: readonly Plan[]): Generator<Step> {
  yield first
  for (const plan of plans) yield tellBooking(campus, plan)
}

const STANDING = { weekday: 1, from: MORNING, to: MORNING + 45, title: 'Operations stand-up' }

/** Every Monday at eight, arranged before the first of them. */
function makeSeries(
  campus: Campus,
  bookable: Bookable,
  days: readonly WorkingDay[],
): { series: BookingSeries; plans: Plan[] } {
  const booker = campus.random.pick(campus.people.managers)
  const created = new Date(campus.now.getTime() - (DAYS_BACK + 2) * DAY_MS)
  const mondays = days.filter(({ weekday }) => weekday === STANDING.weekday)
  const series: BookingSeries = {
    id: newId('bookingSeries', created.getTime()),
    organizationId: campus.organizationId,
    resourceId: bookable.resource.id,
    title: STANDING.title,
    status: 'ACTIVE',
    frequency: 'WEEKLY',
    interval: 1,
    daysOfWeek: [STANDING.weekday],
    count: mondays.length,
    until: null,
    timezone: bookable.timezone,
    bookedById: booker.id,
    cancelledById: null,
    cancelledAt: null,
    cancelReason: null,
    version: 1,
    created,
    updated: created,
  }
  const plans = mondays.map(({ at }) => ({
    bookable,
    booker,
    title: STANDING.title,
    startTime: at(STANDING.from),
    endTime: at(STANDING.to),
    created,
    seriesId: series.id,
  }))
  return { series, plans }
}

/** One day of one resource, one booking after the other with the buffer between them. */
function fill(
  campus: Campus,
  bookable: Bookable,
  { weekday, at }: WorkingDay,
  hasStanding: boolean,
): Plan[] {
  const { random, people } = campus
  const { resource } = bookable
  const plans: Plan[] = []
  const add = (from: number, to: number) => {
    const booker = random.pick([...people.requesters, ...people.managers, ...people.technicians])
    const title = resource.type === 'ROOM' ? random.pick(TITLES) : null
    const [startTime, endTime] = [at(from), at(to)]
    const created = bookedAt(campus, startTime)
    plans.push({ bookable, booker, title, startTime, endTime, created, seriesId: null })
  }
  if (resource.type !== 'ROOM') {
    if (random.chance(0.4)) add(MORNING + 15 * random.int(0, 6), EVENING - 15 * random.int(0, 8))
    return plans
  }
  const isTaken = hasStanding && weekday === STANDING.weekday
  let from = (isTaken ? STANDING.to + resource.bufferMinutes : MORNING) + 15 * random.int(0, 12)
  for (;;) {
    const to = from + random.pick([30, 45, 60, 60, 90, 120])
    if (to > EVENING) return plans
    add(from, to)
    from = to + resource.bufferMinutes + 15 * random.int(1, 18)
  }
}

/** Some days before it begins, at about the same hour, and before now. */
function bookedAt({ random, now }: Campus, startTime: Date): Date {
  const ahead = Math.max(0, Math.ceil((startTime.getTime() - now.getTime()) / DAY_MS))
  const days = ahead + random.pick([0, 0, 1, 1, 2, 5])
  const hours = 1 + random.next() * 3
  const moment = startTime.getTime() - days * DAY_MS - hours * HOUR_MS
  const latest = now.getTime() - 60_000
  return new Date(Math.floor(Math.min(moment, latest) / 1_000) * 1_000)
}
