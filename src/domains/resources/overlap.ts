import type { BookingStatus } from '../../generated/prisma/enums.ts'

/** Statuses in which a booking keeps its resource from others; those of the database constraint. */
export const HOLDING: BookingStatus[] = ['PENDING', 'CONFIRMED', 'CHECKED_IN', 'COMPLETED']

/** Time for which a booking keeps its resource, half-open: the end itself is free again. */
export interface Hold {
  id: string
  startTime: Date
  holdEnd: Date
}

export function overlaps(a: Omit<Hold, 'id'>, b: Omit<Hold, 'id'>): boolean {
  // An empty hold (ended before it began) is in nobody's way.
  return (
    a.startTime < a.holdEnd &&
    b.startTime < b.holdEnd &&
    a.startTime < b.holdEnd &&
    b.startTime < a.holdEnd
  )
}

/** The fullest moment: as many of the holds as stand there together; empty when there are none. */
export function fullestMoment<H extends Hold>(holds: readonly H[]): H[] {
  let fullest: H[] = []
  // The count only rises where a hold begins.
  for (const { startTime } of holds) {
    const there = holds.filter((hold) => hold.startTime <= startTime && startTime < hold.holdEnd)
    if (there.length > fullest.length) fullest = there
  }
  return fullest
}

/** Whether one more fits beside the others without ever exceeding the resource's number. */
export function fits(wanted: Hold, others: readonly Hold[], maxConcurrent: number): boolean {
  const inside = others
    .filter((hold) => overlaps(hold, wanted))
    .map((hold) => ({
      id: hold.id,
      startTime: hold.startTime < wanted.startTime ? wanted.startTime : hold.startTime,
      holdEnd: hold.holdEnd,
    }))
  return fullestMoment(inside).length < maxConcurrent
}
