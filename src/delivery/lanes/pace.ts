import type { CapacityKind } from './capacity.ts'

/**
 * Attempts begun per turn of the event loop while several organizations send, by kind. Preparing and
 * signing one takes about 0.1 ms, its answer and its log as much again: so a turn stays within one or two
 * milliseconds, and whoever comes newly waits for one turn at each step, however many others begin.
 */
const STARTS_PER_TURN: Record<CapacityKind, number> = { first: 4, doubtful: 2 }

/** How fast attempts may begin: as fast as the process gets round, but a few in each turn. */
interface Pace {
  /** Whether one more may begin in this turn. */
  mayStart(kind: CapacityKind): boolean
  started(kind: CapacityKind): void
}

/**
 * An organization that sends alone is not paced.
 *
 * @param isAlone asked when all that a turn has was begun
 * @param goOn called in the next turn when something was held back
 */
export function createPace(isAlone: () => boolean, goOn: () => void): Pace {
  const begun = { first: 0, doubtful: 0 }
  let isTurnOver = false
  let heldBack = false

  function nextTurn(): void {
    isTurnOver = false
    begun.first = 0
    begun.doubtful = 0
    if (!heldBack) return
    heldBack = false
    goOn()
  }

  return {
    mayStart(kind) {
      if (begun[kind] < STARTS_PER_TURN[kind] || isAlone()) return true
      heldBack = true
      return false
    },
    started(kind) {
      begun[kind]++
      if (isTurnOver) return
      isTurnOver = true
      setImmediate(nextTurn)
    },
  }
}
