import type { Window } from './lane-window.ts'

/** What a worker knows of a lane's line after it let go of the lane. */
export interface KnownLine extends Pick<Window, 'through' | 'retriesEnded'> {
  /** Of the claim under which it was found out */
  epoch: string
  /** Of the endpoint */
  version: number
  /** When the line was last read from its front (performance.now) */
  readMs: number
}

/**
 * How far a lane has looked along its line, with ordering OBJECT and NONE.
 *
 * Why it exists: what is held back stays in front. An endpoint that refuses one record's deliveries
 * gathers them there by the ten thousand, and a lane that looked at all of them again for every event
 * would do nothing else. So it remembers the sequence up to which nothing may start but what it has in
 * hand, and retries when they come due, which have an index of their own.
 *
 * That is so as long as no retry ends: whoever ends one, whether or not the lane is theirs, raises the
 * lane's `retries_ended` in the same transaction. What a load finds is of one moment, and so is the
 * number that comes with it; when it is another one the line is read from the front again. So it is
 * when the endpoint was changed, and after a minute in any case.
 */
export interface Line {
  /** Nothing up to here may start but what is in hand, and retries that are due … */
  readonly through: number
  /** … as long as this is what the database says. */
  readonly retriesEnded: string
  /** When it was last read from the front (performance.now) */
  readonly readMs: number
  /** Where to read on from. */
  beginLoad(): number
  /**
   * @param after where it was read from
   * @returns false when what was known of the line is so no more: the load is to be thrown away
   */
  endLoad(after: number, found: Window, isWhole: boolean): boolean
  /** What stands behind this sequence was in hand, and is so no more. */
  goBack(to: number): void
}

/** How long what is known of a line is believed, ms. */
export const TRUST_MS = 60_000

export function openLine(claimed: Pick<Window, 'through' | 'retriesEnded'>, since: number): Line {
  let { through, retriesEnded } = claimed
  let readMs = since
  /** Where a load that began before it must not lead beyond. */
  let limit = Infinity
  return {
    get through() {
      return through
    },
    get retriesEnded() {
      return retriesEnded
    },
    get readMs() {
      return readMs
    },
    beginLoad() {
      limit = Infinity
      const nowMs = performance.now()
      if (nowMs - readMs > TRUST_MS) through = 0
      if (through === 0) readMs = nowMs
      return through
    },
    endLoad(after, found, isWhole) {
      if (after > 0 && found.retriesEnded !== retriesEnded) {
        through = 0
        return false
      }
      if (isWhole) {
        through = Math.min(found.through, limit)
        retriesEnded = found.retriesEnded
      }
      return true
    },
    goBack(to) {
      through = Math.min(through, to)
      limit = Math.min(limit, to)
    },
  }
}
