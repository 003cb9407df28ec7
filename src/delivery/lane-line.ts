/** What a worker knows of a lane's line after it let go of the lane. */
export interface KnownLine {
  /** Of the claim under which it was found out */
  epoch: string
  /** Of the endpoint */
  version: number
  /** As `Window.through` */
  through: number
  /** When the line was last read from its front (performance.now) */
  readMs: number
}

/**
 * How far a lane has looked along its line, with ordering OBJECT and NONE.
 *
 * Why it exists: what is held back stays in front. An endpoint that refuses one record's deliveries
 * gathers them there by the ten thousand, and a lane that looked at all of them again for every event
 * would do nothing else. So it remembers the sequence up to which nothing may start but what it has in
 * hand, and retries when they come due, which have an index of their own. The mark goes back when
 * something before it may start after all: a subject is free again, or what was in hand is let go.
 *
 * Nobody but the lane moves its deliveries on while it is held, and what is changed by hand changes
 * the endpoint's version, which ends the lane. Should that ever not be so, the line is read from the
 * front again after a minute.
 */
export interface Line {
  /** Nothing up to here may start but what is in hand, and retries that are due. */
  readonly through: number
  /** When it was last read from the front (performance.now) */
  readonly readMs: number
  /** Where to read on from; to be followed by `endLoad`. */
  beginLoad(): number
  /** @param through as `Window.through`; undefined when the load found nothing out */
  endLoad(through: number | undefined): void
  /** Something behind this sequence may start though it did not before. */
  goBack(to: number): void
}

/** How long what is known of a line is believed, ms. */
export const TRUST_MS = 60_000

export function openLine(known: { through: number; readMs: number }): Line {
  let { through, readMs } = known
  /** Where a load that began before it must not lead beyond. */
  let limit = Infinity
  return {
    get through() {
      return through
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
    endLoad(reached) {
      if (reached !== undefined) through = Math.min(reached, limit)
    },
    goBack(to) {
      through = Math.min(through, to)
      limit = Math.min(limit, to)
    },
  }
}
