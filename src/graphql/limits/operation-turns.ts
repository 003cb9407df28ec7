import { performance } from 'node:perf_hooks'
import { type Caller, callerId } from '../../access/caller.ts'
import { createFairRoom, inTurn } from '../../access/fair-room.ts'
import { openLately } from '../../access/lately.ts'
import { remainingMs } from '../../database/query-scope.ts'

/*
 * Whose operation is executed next.
 *
 * How many requests a caller may send in a minute says nothing of how many organizations share the
 * process: one with thirty keys, each within its limit, would take all of its time. So operations are
 * executed in a room that organizations share fairly, and within each its callers; and while several
 * organizations ask, the place of an operation rests when it is done. An organization that asks alone
 * waits for nothing but the end of its own operations, and one that asks now and then for nothing.
 */

/** Operations executed at once. Most of the time of one is this process's, so more would not be faster. */
const PLACES = 12
/** What takes longer waits for the database or a receiver; it goes on without its place. */
const MOST_MS = 200
/**
 * While others ask, a place rests so many times as long as the process was busy meanwhile. Whoever
 * always wants more has half of the places, and so takes about half of the process's time.
 */
const REST = 4
const MOST_REST_MS = 500

export type InOperationTurn = <T>(
  caller: Caller | undefined,
  execute: () => Promise<T> | T,
) => Promise<T> | T

export function createOperationTurns(): InOperationTurn {
  const room = createFairRoom(PLACES)
  const lately = openLately()
  return (caller, execute) => {
    // Nobody yet: signing in has turns of its own.
    if (caller === undefined) return execute()
    const { organizationId } = caller
    lately.note(organizationId)
    let busyMs = 0
    const work = async () => {
      // Nobody waits for it any more.
      if (remainingMs() === 0) throw new Error('The time was over before its turn came')
      const before = performance.eventLoopUtilization()
      try {
        return await execute()
      } finally {
        busyMs = performance.eventLoopUtilization(before).active
      }
    }
    const rest = async () => {
      if (lately.isAlone(organizationId)) return
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(busyMs * REST, MOST_REST_MS)).unref()
      })
    }
    const place = { organizationId, endpointId: callerId(caller) }
    return inTurn(room, place, work, { rest, mostMs: MOST_MS })
  }
}
