/**
 * Requests in flight in this process, with half of the room kept for first attempts to endpoints
 * that answer: however many dead endpoints are tried again at once, a healthy one never queues
 * behind them.
 */
export interface Capacity {
  /** Takes room if there is any and nobody else waits for it. */
  tryTake(kind: CapacityKind): boolean
  /** Calls back once, with the room taken, in the order of asking; false gives it back. */
  wait(kind: CapacityKind, granted: () => boolean): void
  give(kind: CapacityKind): void
}

/** `doubtful`: another attempt, or one to an endpoint whose last attempt failed. */
export type CapacityKind = 'first' | 'doubtful'

export function createCapacity(total: number): Capacity {
  const doubtfulLimit = Math.max(1, Math.floor(total / 2))
  const inUse = { first: 0, doubtful: 0 }
  const waiting: Record<CapacityKind, (() => boolean)[]> = { first: [], doubtful: [] }

  const fits = (kind: CapacityKind) =>
    inUse.first + inUse.doubtful < total && (kind === 'first' || inUse.doubtful < doubtfulLimit)

  /** Until the room is used or nobody waits for it. */
  function grant(kind: CapacityKind): void {
    while (fits(kind)) {
      const next = waiting[kind].shift()
      if (next === undefined) return
      inUse[kind]++
      if (!next()) inUse[kind]--
    }
  }

  return {
    tryTake(kind) {
      if (waiting[kind].length > 0 || !fits(kind)) return false
      inUse[kind]++
      return true
    },
    wait(kind, granted) {
      waiting[kind].push(granted)
    },
    give(kind) {
      inUse[kind]--
      // What was given back goes to its own kind first, so that neither starves the other.
      grant(kind)
      grant(kind === 'first' ? 'doubtful' : 'first')
    },
  }
}
