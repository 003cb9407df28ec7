import type { WebhookOrdering } from '../../../generated/prisma/enums.ts'

/** A delivery that waits in a lane, as far as starting it depends on it. */
export interface Waiting {
  subjectId: string
  /** Until it may be tried; zero or less when it may now. */
  waitMs: number
}

/**
 * Which of a lane's waiting deliveries may start now.
 *
 * - ENDPOINT: only the first, and only when nothing is under way.
 * - OBJECT: the first of each subject that has nothing under way; a subject whose first must wait
 *   holds back its later ones and nobody else's.
 * - NONE: all that are due.
 *
 * @param waiting in the order of their sequence
 * @param busy subjects of the deliveries under way, one entry each
 * @param isHeld what could start but has no room: it takes no place in `maxInFlight`, and with ordering
 *   OBJECT holds back its subject all the same
 */
export function findStartable<W extends Waiting>(
  ordering: WebhookOrdering,
  maxInFlight: number,
  waiting: readonly W[],
  busy: readonly string[],
  isHeld: (delivery: W) => boolean = () => false,
): W[] {
  if (ordering === 'ENDPOINT') {
    const head = waiting[0]
    const isStartable = head !== undefined && busy.length === 0 && head.waitMs <= 0 && !isHeld(head)
    return isStartable ? [head] : []
  }
  const startable: W[] = []
  const taken = new Set(ordering === 'OBJECT' ? busy : [])
  for (const delivery of waiting) {
    if (busy.length + startable.length >= maxInFlight) break
    if (taken.has(delivery.subjectId)) continue
    if (ordering === 'OBJECT') taken.add(delivery.subjectId)
    if (delivery.waitMs <= 0 && !isHeld(delivery)) startable.push(delivery)
  }
  return startable
}
