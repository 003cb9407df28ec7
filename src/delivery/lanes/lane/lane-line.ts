import type { Window } from '../lane-window.ts'

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
 * hand, retries when they come due, and what stands behind them, or behind what is in hand, of the same
 * subject. All of it is found by indexes of their own.
 *
 * A lane knows of the retries that end in its own hands. Whoever ends one without holding the lane
 * raises its `retries_ended` in the same transaction. What a load finds is of one moment, and so is the
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
  /**
   * Where to read on from, and of which subjects also what stands before that.
   *
   * @param skipped subjects that are looked past, because enough of them is in hand
   */
  beginLoad(skipped: ReadonlySet<string>): Asked
  /**
   * @param asked what `beginLoad` returned
   * @returns false when what was known of the line is so no more: the load is to be thrown away
   */
  endLoad(asked: Asked, found: Window): boolean
  /** What stands behind a delivery of this subject may be held back no more. */
  free(subjectId: string): void
  /** Whether something of this subject in front of `through` may not be in hand. */
  hasLeft(subjectId: string): boolean
  /** What stands behind this sequence was in hand, and is so no more. */
  goBack(to: number): void
}

/** What a load is to bring. */
export interface Asked {
  after: number
  freed: ReadonlySet<string>
  skipped: ReadonlySet<string>
}

/** How long what is known of a line is believed, ms. */
export const TRUST_MS = 60_000
/** When more subjects than this are free, reading all of the line costs less than asking for each … */
const MAX_FREED = 500
/** … or than this, when together they have more than fits: each would be read again and again. */
const MAX_ASKED_AGAIN = 20

export function openLine(claimed: Pick<Window, 'through' | 'retriesEnded'>, since: number): Line {
  let { through, retriesEnded } = claimed
  let readMs = since
  /** Where a load that began before it must not lead beyond. */
  let limit = Infinity
  /** What they have in front of `through` is not in hand, or not all of it … */
  let freed = new Set<string>()
  /** … and who became so since the load began. */
  let freedSince = new Set<string>()
  return {
    get through() {
      return freed.size > 0 ? 0 : through
    },
    get retriesEnded() {
      return retriesEnded
    },
    get readMs() {
      return readMs
    },
    beginLoad(skipped) {
      limit = Infinity
      const nowMs = performance.now()
      if (nowMs - readMs > TRUST_MS || freed.size > MAX_FREED) through = 0
      if (through === 0) {
        readMs = nowMs
        freed.clear()
      }
      freedSince = new Set()
      return { after: through, freed: freed.difference(skipped), skipped }
    },
    endLoad({ after, freed: asked, skipped }, found) {
      if (after > 0 && found.retriesEnded !== retriesEnded) {
        through = 0
        return false
      }
      // What did not fit is asked for again.
      const isBeyond = Number(found.deliveries.at(-1)?.sequence) > after
      const isAll = isBeyond || !found.cut
      if (isAll) freed = freed.difference(asked).union(freedSince)
      else if (asked.size > MAX_ASKED_AGAIN) limit = 0
      // What was looked past has been left behind.
      freed = freed.union(skipped)
      through = Math.min(found.through, limit)
      retriesEnded = found.retriesEnded
      return true
    },
    free(subjectId) {
      freed.add(subjectId)
      freedSince.add(subjectId)
    },
    hasLeft: (subjectId) => freed.has(subjectId),
    goBack(to) {
      through = Math.min(through, to)
      limit = Math.min(limit, to)
    },
  }
}
