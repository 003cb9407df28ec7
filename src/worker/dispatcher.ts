import type { Pool } from 'pg'
import { dispatch, type Dispatched, type StartHandOver } from '../events/dispatch.ts'
import type { PositionTransport } from '../events/position-transport.ts'
import type { Logger } from '../log.ts'
import { isUnavailable } from '../database/outage.ts'
import { describeFault } from '../sweep/faults.ts'

/*
 * Whose events get their positions next.
 *
 * Organizations with little to do share turns, a hundred at once, on two connections that are theirs
 * alone. Whoever has more than fits in its part of such a turn, or whose events go to many endpoints, goes on
 * among those with much to do, who have connections of their own and take turns. So a backlog of a
 * million events or a thousand endpoints delays only itself; and it is done by turns of bounded size.
 *
 * A turn of several that fails is taken apart: each of them gets one of its own. Whoever fails alone is
 * tried again after a pause that grows. What is forgotten here, the worker's sweep finds: nothing but
 * hints are kept.
 *
 * An organization whose positions another process is giving out is passed over and tried again soon: it
 * holds up nobody, however long that process takes.
 */

/** Events × endpoints of one turn: some 2 ms of PostgreSQL's time. Whoever has more has much to do. */
const LIGHT_WORK = 200
/** Some 200 ms. */
const HEAVY_WORK = 20_000
/** Organizations in one turn. */
const TOGETHER = 100
const LIGHT_TURNS_AT_ONCE = 2
const HEAVY_TURNS_AT_ONCE = 2
/** An organization that another process deals with is tried again after so long, then after twice as long … */
const FIRST_HELD_MS = 5
/** … and at last when the sweep finds it. */
const LONGEST_HELD_MS = 640
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

export interface Dispatcher extends AsyncDisposable {
  /** A hint that these organizations have events without a position. */
  wake(organizationIds: readonly string[]): void
}

interface Settings {
  pool: Pool
  startHandOver: StartHandOver
  announce: PositionTransport['announce']
  log: Logger
  /** Called when an organization's events could not be positioned though it had a turn of its own. */
  onFailed: (failure: { organizationId: string; error: unknown; pauseMs: number }) => Promise<void>
}

const NOTHING: Dispatched = { work: 0, isLeft: false, isHeld: false }

export function createDispatcher(settings: Settings): Dispatcher {
  const { pool, startHandOver, announce, log, onFailed } = settings
  const light = new Set<string>()
  const heavy = new Set<string>()
  /** What those with much to do took in their last turn. */
  const costs = new Map<string, number>()
  /** Those that were in a turn that failed. */
  const suspects = new Set<string>()
  const failures = new Map<string, { count: number; untilMs: number }>()
  /** Those that another process dealt with last time, and how long they pause. */
  const held = new Map<string, number>()
  const inTurn = new Set<string>()
  const again = new Set<string>()
  const running = new Set<Promise<void>>()
  let lightTurns = 0
  let heavyTurns = 0
  let stopping = false

  function wake(organizationIds: Iterable<string>): void {
    for (const id of organizationIds) {
      if ((failures.get(id)?.untilMs ?? 0) > performance.now()) continue
      if (inTurn.has(id)) again.add(id)
      else if (costs.has(id) || suspects.has(id)) heavy.add(id)
      else light.add(id)
    }
    start()
  }

  function start(): void {
    if (stopping) return
    while (lightTurns < LIGHT_TURNS_AT_ONCE && light.size > 0) {
      lightTurns++
      const ids = takeLight()
      keep(takeTurn(ids, LIGHT_WORK).finally(() => lightTurns--))
    }
    while (heavyTurns < HEAVY_TURNS_AT_ONCE && heavy.size > 0) {
      heavyTurns++
      const ids = takeHeavy()
      keep(takeTurn(ids, HEAVY_WORK).finally(() => heavyTurns--))
    }
  }

  function keep(turn: Promise<void>): void {
    const kept = turn.finally(() => {
      running.delete(kept)
      start()
    })
    running.add(kept)
  }

  function takeLight(): string[] {
    const ids = [...light].slice(0, TOGETHER)
    for (const id of ids) light.delete(id)
    return ids
  }

  function takeHeavy(): string[] {
    const ids: string[] = []
    let work = 0
    for (const id of heavy) {
      const isAlone = suspects.has(id)
      work += isAlone ? HEAVY_WORK : (costs.get(id) ?? HEAVY_WORK)
      if (ids.length > 0 && (isAlone || work > HEAVY_WORK)) break
      ids.push(id)
      if (isAlone || ids.length === TOGETHER) break
    }
    for (const id of ids) heavy.delete(id)
    return ids
  }

  async function takeTurn(ids: string[], work: number): Promise<void> {
    for (const id of ids) inTurn.add(id)
    let done = new Map<string, Dispatched>()
    try {
      const each = Math.max(Math.floor(work / ids.length), 1)
      done = await dispatch(pool, { organizationIds: ids, work: each }, startHandOver, announce)
      for (const id of ids) forgive(id)
    } catch (error) {
      await handleFault(ids, error)
    }
    for (const id of ids) {
      inTurn.delete(id)
      const { work: taken, isLeft, isHeld } = done.get(id) ?? NOTHING
      if (isHeld) {
        tryHeldLater(id)
        continue
      }
      held.delete(id)
      if (isLeft || taken > LIGHT_WORK) costs.set(id, isLeft ? HEAVY_WORK : taken)
      else costs.delete(id)
      if (isLeft) heavy.add(id)
    }
    const woken = ids.filter((id) => again.delete(id))
    wake(woken)
  }

  function tryHeldLater(id: string): void {
    const pauseMs = (held.get(id) ?? FIRST_HELD_MS / 2) * 2
    if (pauseMs > LONGEST_HELD_MS) {
      held.delete(id)
      return
    }
    held.set(id, pauseMs)
    again.delete(id)
    setTimeout(() => wake([id]), pauseMs).unref()
  }

  function forgive(id: string): void {
    suspects.delete(id)
    failures.delete(id)
  }

  async function handleFault(ids: string[], error: unknown): Promise<void> {
    log.warn(
      { organizations: ids.length, error: describeFault(error) },
      'events not positioned yet',
    )
    // Nobody's events are to blame; the sweep finds them.
    if (isUnavailable(error)) return
    for (const id of ids) suspects.add(id)
    const [organizationId] = ids
    if (ids.length > 1 || organizationId === undefined) {
      for (const id of ids) heavy.add(id)
      return
    }
    const count = (failures.get(organizationId)?.count ?? 0) + 1
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS)
    failures.set(organizationId, { count, untilMs: performance.now() + pauseMs })
    await onFailed({ organizationId, error, pauseMs }).catch((fault: unknown) => {
      log.warn({ organizationId, error: describeFault(fault) }, 'failure not listed')
    })
  }

  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopping = true
      await Promise.all(running)
    },
  }
}
