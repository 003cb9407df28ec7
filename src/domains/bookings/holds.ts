import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError } from '../../errors.ts'
import { type Booking, Prisma, type Resource } from '../../generated/prisma/client.ts'
import { DAY_MS } from '../locations/wall-clock.ts'
import { fits, type Hold, HOLDING, overlaps } from '../resources/overlap.ts'

/*
 * Who gets a resource when many want it.
 *
 * A resource that takes one booking at a time needs no lock: the database refuses overlapping holds
 * (booking_no_overlap), whatever process writes them. Inserting with ON CONFLICT DO NOTHING waits for
 * whoever is inserting a clashing one and then leaves the row out, so the loser still has a working
 * transaction in which to say what is in its way.
 *
 * A resource that takes several needs a count, and a count needs to stand still: bookings of that
 * resource take turns by an advisory lock, which ends with the transaction.
 */

/** Longer than any hold: the longest booking and the longest buffer. */
const LONGEST_HOLD_MS = 33 * DAY_MS
/** A slot that was taken when asked for and free when looked at is tried again so many times. */
const TRIES = 3

/** Holds of a resource that touch the time of any of the given ones. */
async function findHolds(
  unit: UnitOfWork,
  resourceId: string,
  wanted: readonly Hold[],
): Promise<Hold[]> {
  const from = Math.min(...wanted.map((hold) => hold.startTime.getTime()))
  const to = Math.max(...wanted.map((hold) => hold.holdEnd.getTime()))
  return unit.tx.booking.findMany({
    where: {
      resourceId,
      status: { in: HOLDING },
      // The second bound keeps the index scan off the resource's whole past.
      startTime: { lt: new Date(to), gt: new Date(from - LONGEST_HOLD_MS) },
      holdEnd: { gt: new Date(from) },
    },
    select: { id: true, startTime: true, holdEnd: true },
    orderBy: [{ startTime: 'asc' }, { id: 'asc' }],
  })
}

export interface Claim {
  made: Booking[]
  /** Those that did not fit, each with the bookings in its way. */
  refused: { wanted: Booking; clashing: string[] }[]
}

/** Books every one of the wanted times that is free, and says what is in the way of the others. */
export async function claim(
  unit: UnitOfWork,
  resource: Resource,
  wanted: readonly Booking[],
): Promise<Claim> {
  return resource.maxConcurrent === 1
    ? claimExclusive(unit, resource, wanted)
    : claimShared(unit, resource, wanted)
}

async function claimExclusive(
  unit: UnitOfWork,
  resource: Resource,
  wanted: readonly Booking[],
): Promise<Claim> {
  const made: Booking[] = []
  const refused: Claim['refused'] = []
  let open = wanted
  for (let attempt = 0; attempt < TRIES && open.length > 0; attempt++) {
    const rows = await insertFree(unit, open)
    if (rows === undefined) continue
    made.push(...rows)
    const ids = new Set(rows.map((row) => row.id))
    const left = open.filter((booking) => !ids.has(booking.id))
    if (left.length === 0) return { made, refused }
    const holds = await findHolds(unit, resource.id, left)
    const judged = left.map((booking) => ({ wanted: booking, clashing: clashes(booking, holds) }))
    refused.push(...judged.filter((one) => one.clashing.length > 0))
    open = judged.filter((one) => one.clashing.length === 0).map((one) => one.wanted)
  }
  // Freed and taken again, every time: nothing to name, but taken.
  return { made, refused: refused.concat(open.map((wanted) => ({ wanted, clashing: [] }))) }
}

/**
 * Inserts those that are free. Undefined when nothing was inserted because a move of several
 * bookings and this wait for each other; the move goes on, and this is tried again after it. A
 * single booking holds nothing that others wait for, so it needs no savepoint.
 */
async function insertFree(
  unit: UnitOfWork,
  wanted: readonly Booking[],
): Promise<Booking[] | undefined> {
  const insert = () =>
    unit.tx.booking.createManyAndReturn({ data: [...wanted], skipDuplicates: true })
  return wanted.length === 1 ? insert() : unlessLost(unit, insert)
}

/** Runs statements that may lose a race; then undoes them alone and answers undefined. */
async function unlessLost<T>(unit: UnitOfWork, run: () => Promise<T>): Promise<T | undefined> {
  await unit.tx.$executeRaw`SAVEPOINT before_race`
  try {
    return await run()
  } catch (error) {
    if (!lostRace(error)) throw error
    await unit.tx.$executeRaw`ROLLBACK TO SAVEPOINT before_race`
    return undefined
  }
}

async function claimShared(
  unit: UnitOfWork,
  resource: Resource,
  wanted: readonly Booking[],
): Promise<Claim> {
  await takeTurn(unit, resource)
  const holds = await findHolds(unit, resource.id, wanted)
  const fitting: Booking[] = []
  const refused: Claim['refused'] = []
  for (const booking of wanted) {
    if (fits(booking, [...holds, ...fitting], resource.maxConcurrent)) fitting.push(booking)
    else refused.push({ wanted: booking, clashing: clashes(booking, holds) })
  }
  const made = await unit.tx.booking.createManyAndReturn({ data: fitting })
  return { made, refused }
}

/**
 * Writes bookings that stand elsewhere or hold their resource again, all or none.
 * @throws DomainError CONFLICT listing the bookings in the way.
 */
export async function move(
  unit: UnitOfWork,
  resource: Resource,
  bookings: readonly Booking[],
): Promise<void> {
  if (resource.maxConcurrent > 1) {
    await takeTurn(unit, resource)
    const clashing = await clashesWithOthers(unit, resource, bookings)
    if (clashing.length > 0) throw conflict(clashing)
    await write(unit, bookings)
    return
  }
  const done = await unlessLost(unit, async () => {
    if (bookings.length > 1) {
      // They move together: let go of all, so that none stands in another's way.
      const ids = bookings.map((booking) => booking.id)
      await unit.tx.booking.updateMany({ where: { id: { in: ids } }, data: { exclusive: false } })
    }
    await write(unit, bookings)
    return true
  })
  if (done === undefined) throw conflict(await clashesWithOthers(unit, resource, bookings))
}

async function clashesWithOthers(
  unit: UnitOfWork,
  resource: Resource,
  bookings: readonly Booking[],
): Promise<string[]> {
  const own = new Set(bookings.map((booking) => booking.id))
  const others = (await findHolds(unit, resource.id, bookings)).filter((hold) => !own.has(hold.id))
  const settled: Hold[] = []
  const clashing = new Set<string>()
  for (const booking of bookings) {
    if (fits(booking, [...others, ...settled], resource.maxConcurrent)) settled.push(booking)
    else for (const id of clashes(booking, [...others, ...settled])) clashing.add(id)
  }
  return [...clashing]
}

async function write(unit: UnitOfWork, bookings: readonly Booking[]): Promise<void> {
  for (const { id, organizationId: _organization, ...data } of bookings) {
    await unit.tx.booking.update({ where: { id }, data })
  }
}

async function takeTurn(unit: UnitOfWork, resource: Resource): Promise<void> {
  await unit.tx
    .$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`booking ${resource.id}`}, 0))`
}

function clashes(wanted: Hold, holds: readonly Hold[]): string[] {
  return holds.filter((hold) => overlaps(hold, wanted)).map((hold) => hold.id)
}

export function conflict(ids: readonly string[]): DomainError {
  return new DomainError(
    ids.length === 0
      ? 'Somebody else is booking this time; try again'
      : 'The resource is already booked at this time',
    { code: 'CONFLICT', ids },
    ['input', 'startTime'],
  )
}

/** Refused by the constraint, or by the deadlock detector because two moves wait for each other. */
const LOST = /23P01|40P01|booking_no_overlap|deadlock detected/

function lostRace(error: unknown): boolean {
  return (
    (error instanceof Prisma.PrismaClientKnownRequestError ||
      error instanceof Prisma.PrismaClientUnknownRequestError) &&
    LOST.test(`${error.message} ${'meta' in error ? JSON.stringify(error.meta) : ''}`)
  )
}
