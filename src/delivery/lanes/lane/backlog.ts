import type { WebhookOrdering } from '../../../generated/prisma/enums.ts'
import { findStartable } from './eligibility.ts'
import type { LaneDelivery } from '../lane-window.ts'

/**
 * What a lane holds in memory: deliveries that wait, that are under way, and that were answered but
 * are not in the log yet.
 *
 * The database is always a little behind it: a load that began before a log write ended may still
 * show a delivered event as pending, or a subject as free whose delivery has just failed, or what
 * stands far behind a retry that has just ended. Each would break what is promised, so whatever
 * happened while a load ran is remembered until it ends.
 */
export interface Backlog {
  readonly waiting: number
  readonly busy: number
  readonly unlogged: number
  /** Bytes of the bodies of all of these. */
  readonly bytes: number
  /** Sequence of the last delivery that was loaded: ENDPOINT order goes on behind it. */
  readonly lastLoaded: string
  /** Those of the waiting ones that are so. */
  count(isCounted: (delivery: LaneDelivery) => boolean): number
  /** @param isHeld for which there is no room now */
  findStartable(isHeld?: (delivery: LaneDelivery) => boolean): LaneDelivery[]
  start(delivery: LaneDelivery): void
  /** It was not sent after all. */
  takeBack(delivery: LaneDelivery): void
  /** It was answered; until it is logged nothing that depends on a failure starts. */
  settle(delivery: LaneDelivery, succeeded: boolean): void
  markLogged(delivery: LaneDelivery): void
  /** To be called when a load is sent. */
  beginLoad(): void
  /** Returns whether any of it was not in hand. */
  endLoad(loaded: readonly LaneDelivery[]): boolean
  /** Subjects of what waits and what is under way. */
  subjects(): Set<string>
  /** Forgets all that waits but the first, to be loaded again later. */
  keepFirst(): void
  /** Forgets all that waits. Returns the lowest sequence of it, Infinity when nothing waited. */
  clear(): number
}

export function createBacklog(ordering: WebhookOrdering, maxInFlight: number): Backlog {
  /** In the order of their sequence. */
  let waiting: LaneDelivery[] = []
  /** Under way, or failed and not yet logged. */
  const busy = new Map<string, LaneDelivery>()
  const unlogged = new Set<string>()
  const sizes = new Map<string, number>()
  let bytes = 0
  /** Subjects by failures and ends of retries that are not in the log yet. */
  const changing = new Map<string, string>()
  let lastLoaded = '0'
  let loading: { logged: Set<string>; changed: Set<string> } | undefined

  function hold({ id, body }: LaneDelivery): void {
    const size = Buffer.byteLength(body)
    sizes.set(id, size)
    bytes += size
  }

  function drop({ id }: LaneDelivery): void {
    bytes -= sizes.get(id) ?? 0
    sizes.delete(id)
  }

  function keepWaiting(isKept: (delivery: LaneDelivery, index: number) => boolean): void {
    waiting = waiting.filter((delivery, index) => {
      const kept = isKept(delivery, index)
      if (!kept) drop(delivery)
      return kept
    })
  }

  return {
    get waiting() {
      return waiting.length
    },
    get busy() {
      return busy.size
    },
    get unlogged() {
      return unlogged.size
    },
    get bytes() {
      return bytes
    },
    get lastLoaded() {
      return lastLoaded
    },
    count: (isCounted) => waiting.reduce((sum, each) => sum + (isCounted(each) ? 1 : 0), 0),
    findStartable(isHeld) {
      if (waiting.length === 0) return waiting
      const subjects = Array.from(busy.values(), subjectOf)
      return findStartable(ordering, maxInFlight, waiting, subjects, isHeld)
    },
    start(delivery) {
      if (waiting[0] === delivery) waiting.shift()
      else waiting.splice(waiting.indexOf(delivery), 1)
      busy.set(delivery.id, delivery)
    },
    takeBack(delivery) {
      busy.delete(delivery.id)
      waiting.push(delivery)
      waiting.sort(bySequence)
    },
    settle(delivery, succeeded) {
      unlogged.add(delivery.id)
      if (succeeded) busy.delete(delivery.id)
      if (ordering !== 'OBJECT' || (succeeded && delivery.attemptCount === 0)) return
      const { subjectId } = delivery
      changing.set(delivery.id, subjectId)
      loading?.changed.add(subjectId)
      // Its later ones leave memory until the database knows that they must wait.
      if (!succeeded) keepWaiting((other) => other.subjectId !== subjectId)
    },
    markLogged(delivery) {
      unlogged.delete(delivery.id)
      loading?.logged.add(delivery.id)
      busy.delete(delivery.id)
      changing.delete(delivery.id)
      drop(delivery)
    },
    beginLoad() {
      loading = { logged: new Set(), changed: new Set(changing.values()) }
    },
    endLoad(loaded) {
      const known = new Set([...waiting.map(idOf), ...busy.keys(), ...unlogged])
      const stale = loading
      loading = undefined
      const before = waiting.length
      for (const delivery of loaded) {
        if (known.has(delivery.id) || stale?.logged.has(delivery.id)) continue
        if (stale?.changed.has(delivery.subjectId)) continue
        waiting.push(delivery)
        hold(delivery)
      }
      const isNew = waiting.length > before
      // What was in hand may stand behind a retry that came due.
      if (ordering === 'OBJECT') waiting.sort(bySequence)
      lastLoaded = loaded.at(-1)?.sequence ?? lastLoaded
      return isNew
    },
    subjects() {
      return new Set([...waiting.map(subjectOf), ...Array.from(busy.values(), subjectOf)])
    },
    keepFirst() {
      keepWaiting((_, index) => index === 0)
      lastLoaded = waiting[0]?.sequence ?? lastLoaded
    },
    clear() {
      const lowest = Math.min(...waiting.map(({ sequence }) => Number(sequence)))
      keepWaiting(() => false)
      lastLoaded = '0'
      return lowest
    },
  }
}

const idOf = (delivery: LaneDelivery) => delivery.id
const subjectOf = (delivery: LaneDelivery) => delivery.subjectId
const bySequence = (a: LaneDelivery, b: LaneDelivery) => Number(a.sequence) - Number(b.sequence)
