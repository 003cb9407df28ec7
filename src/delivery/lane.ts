import type { Logger } from '../log.ts'
import type { Attempter, AttemptRecord } from './attempt.ts'
import type { Capacity, CapacityKind } from './capacity.ts'
import { findStartable } from './eligibility.ts'
import type { ClaimedLane, Release, Released } from './lane-claims.ts'
import type { LaneDelivery, Window, WindowRequest } from './lane-window.ts'
import { makeLogEntry } from './log-statement.ts'
import type { LogWriter } from './log-writer.ts'

/*
 * A lane drains one endpoint's deliveries, in one process at a time.
 *
 * Why it exists: order needs somebody who knows what of an endpoint is under way, and asking the
 * database before every request would cost more than the request. So a worker takes the whole lane
 * under a lease, reads ahead, and decides in memory. What it trades: after a crash up to
 * MAX_UNLOGGED deliveries that the receiver already has are sent again (same event id, same order).
 *
 *            ┌───────────────────────────── kept: work arrived ─────────────────────────────┐
 *            ▼                                                                               │
 *   claimed ─► OPEN ── nothing left · halted ──► CLOSING ── nothing under way ──► RELEASING ─┤
 *               │                                   │                                        │
 *               └────────── lease lost ─────────────┴──────────────► ENDED ◄── released ─────┘
 *
 * OPEN       Starts what order and capacity allow, loads more when little is left. Successes go to
 *            the log without being waited for, as long as not too many are unlogged. Leaves when it
 *            is halted, or when nothing is under way and nothing that is loaded may start.
 * CLOSING    Starts nothing. Waits for the answers, loads and log writes under way; a release
 *            before the log is written would let the next claim send the same deliveries again.
 * RELEASING  One statement lets go and says when to come back, unless work arrived meanwhile.
 * ENDED      Touches nothing any more. Answers that still come in are logged all the same: the log
 *            takes a lost lane's successes and refuses its decisions.
 *
 * Halted is a lane that may not go on as it is: its head failed (ENDPOINT order), its endpoint was
 * changed, paused or deleted, the worker stops. The next claim sees things as they are by then.
 */
export interface Lane {
  readonly claim: Release
  /** There may be work that the lane has not seen. */
  wake(): void
  /** Starts nothing more and lets go as soon as it may. */
  halt(): void
  /** The claim is lost: nothing may be decided under it any more. */
  abandon(): void
  /** Moves the end of the lease, on this process's clock (performance.now). */
  extendLease(untilMs: number): void
}

export interface LaneDependencies {
  workerNumber: number
  capacity: Capacity
  attempt: Attempter
  load: (request: WindowRequest) => Promise<Window>
  release: (release: Release) => Promise<Released>
  logWriter: LogWriter
  log: Logger
  /** Bytes of bodies that a lane may hold now; falls as more lanes run. */
  windowBytes: () => number
  /** Called once. `wakeInMs`: when to claim it again; undefined when there is nothing to do. */
  onEnd: (wakeInMs: number | undefined) => void
}

/** Deliveries loaded at once. */
export const WINDOW_ROWS = 200
/** Loads more when fewer are left, so that the statement runs while these are sent. */
const LOW_WATER = 40
/** Sent, but not yet in the log: bounds the repeats after a crash. */
const MAX_UNLOGGED = 64
/** After a statement failed: the sweep claims the lane again once the lease ends, or sooner. */
const RETRY_RELEASE_MS = 1_000
const IDLE_PAUSE_MS = 20
/** setTimeout takes no more than 2^31 - 1. */
const MAX_TIMER_MS = 3_600_000

export function startLane(
  claimed: ClaimedLane,
  leaseUntilMs: number,
  dependencies: LaneDependencies,
): Lane {
  const { capacity, logWriter, log } = dependencies
  const { endpointId, ordering, maxInFlight } = claimed
  const claim = { endpointId, epoch: claimed.epoch }
  let state: 'open' | 'closing' | 'releasing' | 'ended' = 'open'
  /** Loaded, not started, in the order of their sequence. */
  let waiting: LaneDelivery[] = []
  /** Under way, or failed and not yet logged: their subjects are busy until then. */
  const busy = new Map<string, LaneDelivery>()
  /** Answered, and not in the log yet. */
  const unlogged = new Set<string>()
  /** What became of deliveries while a load was under way, which may still show them as they were. */
  let sinceLoad = { logged: new Set<string>(), failedSubjects: new Set<string>() }
  /** Subjects with a failure that is not in the log yet. */
  const failing = new Map<string, number>()
  let lastLoaded = '0'
  let mayHaveMore = claimed.window.cut
  let loading = false
  let waitsForCapacity = false
  let halted = false
  let attempts = 0
  let retryTimer: NodeJS.Timeout | undefined
  let consecutiveFailures = claimed.consecutiveFailures
  let leaseEndsMs = leaseUntilMs

  function advance(): void {
    if (state === 'open') {
      if (performance.now() > leaseEndsMs) {
        end(undefined)
        return
      }
      if (!halted) start()
      if (!halted && !loading && mayHaveMore && waiting.length < LOW_WATER && !waitsForCapacity) {
        void load()
      }
      const idle = busy.size === 0 && !loading && !waitsForCapacity && unlogged.size < MAX_UNLOGGED
      if (halted || idle) {
        state = 'closing'
        waiting = []
      }
    }
    if (state === 'closing' && busy.size === 0 && unlogged.size === 0 && !loading) {
      state = 'releasing'
      void release()
    }
  }

  function start(): void {
    if (waitsForCapacity || waiting.length === 0 || unlogged.size >= MAX_UNLOGGED) return
    const subjects = ordering === 'ENDPOINT' ? busyOne() : Array.from(busy.values(), subjectOf)
    const startable = findStartable(ordering, maxInFlight, waiting, subjects)
    for (const delivery of startable) {
      if (unlogged.size + busy.size >= MAX_UNLOGGED) return
      const kind = kindOf(delivery)
      if (!capacity.tryTake(kind)) {
        waitFor(kind)
        return
      }
      begin(delivery, kind)
    }
  }

  /** With one delivery under way at most, whose subject it is does not matter. */
  const busyOne = () => (busy.size === 0 ? NONE_BUSY : ONE_BUSY)

  function kindOf(delivery: LaneDelivery): CapacityKind {
    return delivery.attemptCount > 0 || consecutiveFailures > 0 ? 'doubtful' : 'first'
  }

  function waitFor(kind: CapacityKind): void {
    waitsForCapacity = true
    // A lane that waits behind dead endpoints keeps its head in memory and nothing else.
    if (ordering === 'ENDPOINT' && kind === 'doubtful' && waiting.length > 1) {
      waiting.length = 1
      lastLoaded = waiting[0]?.sequence ?? '0'
      mayHaveMore = true
    }
    capacity.wait(kind, () => {
      waitsForCapacity = false
      const usable = state === 'open' && !halted && performance.now() <= leaseEndsMs
      const subjects = Array.from(busy.values(), subjectOf)
      const [delivery] = usable ? findStartable(ordering, maxInFlight, waiting, subjects) : []
      const isUsed = delivery !== undefined && kindOf(delivery) === kind
      if (isUsed) begin(delivery, kind)
      advance()
      return isUsed
    })
  }

  function begin(delivery: LaneDelivery, kind: CapacityKind): void {
    if (waiting[0] === delivery) waiting.shift()
    else waiting.splice(waiting.indexOf(delivery), 1)
    busy.set(delivery.id, delivery)
    attempts++
    const parcel = {
      deliveryId: delivery.id,
      eventId: delivery.eventId,
      sequence: delivery.sequence,
      body: delivery.body,
      attempt: delivery.attemptCount + 1,
      trigger: 'SCHEDULED',
    } as const
    const ageMs = delivery.ageMs + (performance.now() - delivery.loadedMs)
    void dependencies.attempt(claimed, parcel, ageMs).then((record) => {
      capacity.give(kind)
      settle(delivery, record)
    })
  }

  function settle(delivery: LaneDelivery, record: AttemptRecord): void {
    unlogged.add(delivery.id)
    if (record.succeeded) {
      busy.delete(delivery.id)
      consecutiveFailures = 0
    } else {
      consecutiveFailures++
      // What follows from a failure is in the database once it is logged, and only there.
      if (ordering === 'ENDPOINT') halted = true
      else if (ordering === 'OBJECT') hold(delivery.subjectId)
    }
    void writeLog(delivery, record)
    advance()
  }

  async function writeLog(delivery: LaneDelivery, record: AttemptRecord): Promise<void> {
    const { organizationId, epoch } = claimed
    const { workerNumber } = dependencies
    const answer = await logWriter.write(
      makeLogEntry({ record, endpointId, organizationId, claim: { workerNumber, epoch } }),
    )
    unlogged.delete(delivery.id)
    busy.delete(delivery.id)
    if (loading) sinceLoad.logged.add(delivery.id)
    if (!record.succeeded) {
      letGo(delivery.subjectId)
      mayHaveMore = true
    }
    if (!answer.held) end(undefined)
    if (!answer.active || answer.version !== claimed.version) halted = true
    advance()
  }

  /** A subject's later deliveries leave memory until the failure before them is in the database. */
  function hold(subjectId: string): void {
    failing.set(subjectId, (failing.get(subjectId) ?? 0) + 1)
    if (loading) sinceLoad.failedSubjects.add(subjectId)
    waiting = waiting.filter((delivery) => delivery.subjectId !== subjectId)
  }

  function letGo(subjectId: string): void {
    const left = (failing.get(subjectId) ?? 0) - 1
    if (left > 0) failing.set(subjectId, left)
    else failing.delete(subjectId)
  }

  async function load(): Promise<void> {
    loading = true
    mayHaveMore = false
    sinceLoad = { logged: new Set(), failedSubjects: new Set(failing.keys()) }
    // In ENDPOINT order what follows is always behind what was loaded. Otherwise retries that came
    // due and subjects that are free again may stand anywhere, so the look starts at the front.
    const known = ordering === 'ENDPOINT' ? 0 : waiting.length + busy.size + unlogged.size
    try {
      const window = await dependencies.load({
        endpointId,
        ordering,
        after: ordering === 'ENDPOINT' ? lastLoaded : '0',
        // Behind a head that failed last time there is nothing to read ahead for.
        maxRows: ordering === 'ENDPOINT' && consecutiveFailures > 0 ? 1 : WINDOW_ROWS + known,
        maxBytes: dependencies.windowBytes(),
      })
      if (window.cut) mayHaveMore = true
      if (state === 'open') {
        add(window.deliveries)
        wakeIn(window.retryInMs)
      }
    } catch (error) {
      log.warn({ endpointId, error: String(error) }, 'lane could not load')
      halted = true
    }
    loading = false
    advance()
  }

  function add(loaded: readonly LaneDelivery[]): void {
    const inHand = new Set(waiting.map((delivery) => delivery.id))
    const { logged, failedSubjects } = sinceLoad
    for (const delivery of loaded) {
      const { id, subjectId } = delivery
      if (inHand.has(id) || busy.has(id) || unlogged.has(id) || logged.has(id)) continue
      if (!failedSubjects.has(subjectId)) waiting.push(delivery)
    }
    // Those in hand may stand behind a retry that came due.
    if (ordering === 'OBJECT') waiting.sort(bySequence)
    lastLoaded = loaded.at(-1)?.sequence ?? lastLoaded
  }

  /** A lane that stays busy looks for retries when the next one is due. */
  function wakeIn(delayMs: number | undefined): void {
    clearTimeout(retryTimer)
    if (delayMs === undefined) return
    retryTimer = setTimeout(
      () => {
        mayHaveMore = true
        advance()
      },
      Math.min(delayMs + 1, MAX_TIMER_MS),
    )
    retryTimer.unref()
  }

  async function release(): Promise<void> {
    let released: Released
    try {
      released = await dependencies.release(claim)
    } catch (error) {
      log.warn({ endpointId, error: String(error) }, 'lane could not be released')
      setTimeout(() => {
        if (state === 'releasing') void release()
      }, RETRY_RELEASE_MS).unref()
      return
    }
    if (state !== 'releasing') return
    if (released.kind === 'kept') {
      // Halted lanes must be claimed anew, to see the endpoint as it is now.
      if (halted) {
        void release()
        return
      }
      state = 'open'
      mayHaveMore = true
      lastLoaded = '0'
      advance()
    } else {
      const wakeInMs = released.kind === 'released' ? released.wakeInMs : undefined
      // A lane that found nothing to try must not be claimed again in a busy loop.
      end(wakeInMs === undefined || attempts > 0 ? wakeInMs : Math.max(wakeInMs, IDLE_PAUSE_MS))
    }
  }

  function end(wakeInMs: number | undefined): void {
    if (state === 'ended') return
    state = 'ended'
    waiting = []
    clearTimeout(retryTimer)
    dependencies.onEnd(wakeInMs)
  }

  add(claimed.window.deliveries)
  wakeIn(claimed.window.retryInMs)
  // Not before the caller has the lane in hand.
  queueMicrotask(advance)
  return {
    claim,
    wake() {
      mayHaveMore = true
      advance()
    },
    halt() {
      halted = true
      advance()
    },
    abandon: () => end(undefined),
    extendLease(untilMs) {
      leaseEndsMs = untilMs
    },
  }
}

const bySequence = (a: LaneDelivery, b: LaneDelivery) => Number(a.sequence) - Number(b.sequence)
const subjectOf = (delivery: LaneDelivery) => delivery.subjectId
const NONE_BUSY: readonly string[] = []
const ONE_BUSY: readonly string[] = ['']
