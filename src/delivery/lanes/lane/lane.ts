import { reportFault } from '../../../background.ts'
import type { MemoryLease } from '../../../database/memory/memory-lease.ts'
import type { Attempter, AttemptRecord } from '../../attempt/attempt.ts'
import { createBacklog } from './backlog.ts'
import type { Capacity, CapacityKind, Room } from '../capacity.ts'
import type { ClaimedLane, Release, Released, ReleaseRequest } from '../lane-claims.ts'
import { type Asked, type KnownLine, openLine } from './lane-line.ts'
import type { LaneDelivery, Window, WindowRequest } from '../lane-window.ts'
import { makeLogEntry } from '../../log/log-statement.ts'
import type { LogWriter } from '../../log/log-writer.ts'

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
 *              ▲│                                  ││                                        │
 *              └┼───────── work arrived ───────────┘│                                        │
 *               └────────── lease lost ─────────────┴──────────────► ENDED ◄── released ─────┘
 *
 * OPEN       Starts what order and capacity allow, loads more when little is left. Successes go to
 *            the log without being waited for, as long as not too many are unlogged. Leaves when it
 *            is halted, or when nothing is under way and nothing that is loaded may start.
 * CLOSING    Starts nothing. Waits for the answers, loads and log writes under way; a release
 *            before the log is written would let the next claim send the same deliveries again.
 *            Opens again for work that arrives, unless it is halted.
 * RELEASING  One statement lets go and says when to come back, unless work arrived meanwhile.
 * ENDED      Touches nothing any more. Answers that still come in are logged all the same: the log
 *            takes a lost lane's successes and refuses its decisions.
 *
 * Halted is a lane that may not go on as it is: its head failed (ENDPOINT order), what it holds was
 * recalled (database/memory/memory-lease.ts: its endpoint was changed, paused or deleted, a body was rewritten), the
 * worker stops or has more lanes than others. The next claim sees things as they are by then.
 */
export interface Lane {
  readonly claim: Release
  /** It has work but no room to do it. */
  readonly waits: boolean
  /** There may be work that the lane has not seen. */
  wake(): void
  /** Starts nothing more and lets go as soon as it may. */
  halt(): void
  /** As `halt`, for another worker to go on with. */
  handOver(): void
  /** The claim is lost: nothing may be decided under it any more. */
  abandon(): void
  /** Moves the end of the lease, on this process's clock (performance.now). */
  extendLease(untilMs: number): void
}

export interface LaneDependencies {
  workerNumber: number
  memory: MemoryLease
  capacity: Capacity
  attempt: Attempter
  load: (request: WindowRequest) => Promise<Window>
  release: (release: ReleaseRequest) => Promise<Released>
  logWriter: LogWriter
  /** Bytes of bodies that a lane may hold now; falls as more lanes run. */
  windowBytes: () => number
  /** When the line of a claimed lane was last read from its front (performance.now). */
  lineReadMs: number
  /**
   * Called once. `wakeInMs`: when to claim it again; undefined when there is nothing to do. `line`:
   * what is known of it, when the lane was let go in order.
   */
  onEnd: (wakeInMs: number | undefined, line?: KnownLine) => void
}

/** Deliveries loaded at once. */
export const WINDOW_ROWS = 200
/** Loads more when fewer are left, so that the statement runs while these are sent. */
const LOW_WATER = 40
/** A lane that has its share of bodies in hand looks past them for no more than this … */
const FEW_ROWS = 20
/** … and a part of its share in bytes. */
const FULL_SHARE = 8
/** Sent, but not yet in the log: bounds the repeats after a crash. */
const MAX_UNLOGGED = 64
/** Failures one after the other that are the endpoint's own, and not those of some records. */
const FAILURES_AS_A_WHOLE = 10
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
  const { capacity, logWriter, memory } = dependencies
  const { endpointId, ordering } = claimed
  const claim = { endpointId, epoch: claimed.epoch }
  const backlog = createBacklog(ordering, claimed.maxInFlight)
  const line = openLine(claimed.window, dependencies.lineReadMs)
  let state: 'open' | 'closing' | 'releasing' | 'ended' = 'open'
  let halted = false
  let handedOver = false
  let loading = false
  const waitsFor = new Set<CapacityKind>()
  /** Something was not loaded because it could not have started. */
  let leftRetries = false
  let waitsForLease = false
  /** The database may hold more that is due … */
  let hasMore = claimed.window.cut
  /** … and some of it of subjects other than those in hand (OBJECT order) … */
  let hasOthers = claimed.window.cut
  /** Counts what may change what a load brings. */
  let news = 0
  /** At this count a load brought only what was in hand, and so would another. */
  let barrenSince: number | undefined
  let attempts = 0
  let consecutiveFailures = claimed.consecutiveFailures
  let leaseEndsMs = leaseUntilMs
  let retryTimer: NodeJS.Timeout | undefined

  /** Called by timers, rooms and other lanes, none of which may be touched by a fault in here. */
  function advance(): void {
    try {
      goOn()
    } catch (error) {
      fail(error)
    }
  }

  function goOn(): void {
    if (state === 'open') {
      if (performance.now() > leaseEndsMs) {
        end(undefined)
        return
      }
      if (!halted) {
        const hasRoom = start()
        loadIfShort(hasRoom)
      }
      if (halted || isIdle()) state = 'closing'
    }
    if (state === 'closing') {
      line.goBack(backlog.clear() - 1)
      if (backlog.busy > 0 || backlog.unlogged > 0 || loading) return
      state = 'releasing'
      carryOn(release())
    }
  }

  const isIdle = () =>
    backlog.busy === 0 &&
    !loading &&
    waitsFor.size === 0 &&
    !waitsForLease &&
    backlog.unlogged < MAX_UNLOGGED

  /** @returns whether more could start, if the lane had it in hand. */
  function start(): boolean {
    if (waitsForLease) return false
    let waitedFor: number
    do {
      waitedFor = waitsFor.size
      for (const delivery of backlog.findStartable(waitedFor > 0 ? isHeld : undefined)) {
        if (!mayBegin(delivery)) {
          if (memory.holds) halted = true
          else waitForLease()
          return false
        }
        if (backlog.unlogged + backlog.busy >= MAX_UNLOGGED) return false
        if (isHeld(delivery)) continue
        const kind = kindOf(delivery)
        if (kind === 'first' && isKeptForRetry()) break
        const room = capacity.tryTake(kind, claimed)
        if (room === undefined) waitFor(kind)
        else begin(delivery, room)
      }
      // Behind those for which there is no room others may stand for which there is.
    } while (waitsFor.size > waitedFor)
    return backlog.busy < claimed.maxInFlight && !waitsFor.has('first')
  }

  const isHeld = (delivery: LaneDelivery) => waitsFor.has(kindOf(delivery))

  /** First attempts that keep coming must not take the place of a retry each time that it has room. */
  const isKeptForRetry = () =>
    waitsFor.has('doubtful') && claimed.maxInFlight > 1 && backlog.busy >= claimed.maxInFlight - 1

  /** Of some records a few may fail for ever: that says nothing of the others. */
  const failsAsAWhole = () =>
    consecutiveFailures >= (ordering === 'ENDPOINT' ? 1 : FAILURES_AS_A_WHOLE)

  /** Nothing that the request is made from was recalled, as far as anybody was told. */
  function mayBegin({ subjectId, ownBody, read }: LaneDelivery): boolean {
    const { organizationId } = claimed
    return (
      state !== 'ended' &&
      performance.now() <= leaseEndsMs &&
      memory.isCurrent(endpointId, claimed.read) &&
      !memory.isRecalled(subjectId, read) &&
      // A document may show anything of the organization.
      !(ownBody && memory.isRecalled(organizationId, read))
    )
  }

  function waitForLease(): void {
    waitsForLease = true
    const tryAgain = () => {
      waitsForLease = false
      advance()
    }
    memory.hold().then(tryAgain, () => {
      halted = true
      tryAgain()
    })
  }

  function kindOf(delivery: LaneDelivery): CapacityKind {
    return delivery.attemptCount > 0 || failsAsAWhole() ? 'doubtful' : 'first'
  }

  function waitFor(kind: CapacityKind): void {
    waitsFor.add(kind)
    // However many lanes wait behind dead endpoints, each keeps one delivery in memory.
    if (ordering === 'ENDPOINT' && kind === 'doubtful') {
      backlog.keepFirst()
      hasMore = true
    }
    capacity.wait(kind, claimed, (room) => {
      waitsFor.delete(kind)
      if (kind === 'doubtful' && leftRetries) {
        leftRetries = false
        news++
        lookAgain()
      }
      const isUsable = state === 'open' && !halted && performance.now() <= leaseEndsMs
      const isOther = (delivery: LaneDelivery) => kindOf(delivery) !== kind
      const [next] = isUsable ? backlog.findStartable(isOther) : []
      const delivery = next !== undefined && mayBegin(next) ? next : undefined
      if (delivery !== undefined) begin(delivery, room)
      advance()
      return delivery !== undefined
    })
  }

  function begin(delivery: LaneDelivery, room: Room): void {
    backlog.start(delivery)
    attempts++
    const parcel = {
      deliveryId: delivery.id,
      eventId: delivery.eventId,
      sequence: delivery.sequence,
      skippedBefore: delivery.skippedBefore,
      body: delivery.body,
      wholeBytes: delivery.wholeBytes,
      attempt: delivery.attemptCount + 1,
      trigger: 'SCHEDULED',
      mayBegin: () => mayBegin(delivery),
    } as const
    const ageMs = delivery.ageMs + (performance.now() - delivery.loadedMs)
    carryOn(
      dependencies
        .attempt(claimed, parcel, ageMs)
        .finally(() => room.give())
        .then((record) => {
          if (record === undefined) takeBack(delivery)
          else settle(delivery, record)
        }),
    )
  }

  function carryOn(step: Promise<void>): void {
    step.catch(fail)
  }

  /** After a fault nobody knows where the lane stands: whoever claims it next reads it anew. */
  function fail(error: unknown): void {
    reportFault(error, 'a lane')
    end(undefined)
  }

  /** It was not begun. Starting it again shows why, and waits or lets go. */
  function takeBack(delivery: LaneDelivery): void {
    backlog.takeBack(delivery)
    attempts--
    advance()
  }

  function settle(delivery: LaneDelivery, record: AttemptRecord): void {
    backlog.settle(delivery, record.succeeded)
    news++
    consecutiveFailures = record.succeeded ? 0 : consecutiveFailures + 1
    // It was looked past while enough of it was in hand.
    const { subjectId } = delivery
    if (line.hasLeft(subjectId) && !backlog.subjects().has(subjectId)) lookAgain()
    // What follows from a failure is in the database once it is logged, and only there.
    if (!record.succeeded && ordering === 'ENDPOINT') halted = true
    carryOn(writeLog(delivery, record))
    advance()
  }

  async function writeLog(delivery: LaneDelivery, record: AttemptRecord): Promise<void> {
    const { organizationId, epoch } = claimed
    const { kind } = record.next
    const { workerNumber } = dependencies
    const answer = await logWriter.write(
      makeLogEntry({ record, endpointId, organizationId, claim: { workerNumber, epoch } }),
    )
    backlog.markLogged(delivery)
    news++
    if (!record.succeeded || delivery.attemptCount > 0) lookAgain()
    if (!answer.held) end(undefined)
    if (!answer.active || answer.version !== claimed.version) halted = true
    if (ordering === 'OBJECT') {
      const isOver = record.succeeded ? delivery.attemptCount > 0 : kind === 'exhausted'
      if (isOver) line.free(delivery.subjectId)
      // Somebody else has ended it, and what this lane took for held back is not.
      if (!answer.moved) line.goBack(0)
      if (isOver || !answer.moved) reopen()
    }
    advance()
  }

  function lookAgain(): void {
    hasMore = true
    hasOthers = true
  }

  function loadIfShort(hasRoom: boolean): void {
    if (halted || loading || waitsFor.has('first') || barrenSince === news) return
    // What waits for room, and whatever else would have to, is no reason to load or not to.
    if (waitsFor.size > 0 && (ordering === 'ENDPOINT' || failsAsAWhole())) return
    const waiting = waitsFor.size > 0 ? backlog.count((each) => !isHeld(each)) : backlog.waiting
    if (waiting < LOW_WATER) {
      if (hasMore) carryOn(load(NO_SUBJECTS))
    } else if (ordering === 'OBJECT' && hasOthers && hasRoom) {
      // All that is in hand is held back by its own subjects: look past them for others.
      carryOn(load(backlog.subjects()))
    }
  }

  async function load(skipped: ReadonlySet<string>): Promise<void> {
    loading = true
    hasOthers = false
    if (skipped.size === 0) hasMore = false
    // In ENDPOINT order what follows stands behind what was loaded. Otherwise retries that came due
    // and subjects that are free again may stand anywhere: see lane-line.ts.
    backlog.beginLoad()
    const asked = ordering === 'ENDPOINT' ? undefined : line.beginLoad(skipped)
    const size = sizeOf(asked)
    const since = news
    const untried = waitsFor.has('doubtful')
    leftRetries ||= untried
    try {
      const window = await dependencies.load({
        endpointId,
        ordering,
        after: asked?.after ?? Number(backlog.lastLoaded),
        skippedSubjects: [...skipped],
        freedSubjects: [...(asked?.freed ?? [])],
        untried,
        maxRows: size.rows,
        maxBytes: size.bytes,
      })
      const isSo = asked === undefined || line.endLoad(asked, window)
      if (window.cut) hasOthers = true
      if (window.cut && skipped.size === 0) hasMore = true
      if (!isSo) lookAgain()
      const isNew = backlog.endLoad(isSo ? window.deliveries : [])
      // One that was looked past has nothing in hand any more.
      if (!skipped.isSubsetOf(backlog.subjects())) lookAgain()
      const isBarren = isSo && window.cut && !window.skipped && !isNew
      barrenSince = isBarren && backlog.waiting + backlog.busy > 0 ? since : undefined
      wakeIn(window.retryInMs)
    } catch {
      backlog.endLoad([])
      halted = true
    }
    loading = false
    advance()
  }

  /** How much may be loaded. Of what is in hand the database tells again, until it is logged. */
  function sizeOf(asked: Asked | undefined): { rows: number; bytes: number } {
    const bytes = dependencies.windowBytes()
    if (asked === undefined) {
      // Behind a head that failed last time there is nothing to read ahead for.
      return { rows: consecutiveFailures > 0 ? 1 : WINDOW_ROWS, bytes }
    }
    if (asked.skipped.size > 0) {
      const isFull = backlog.bytes >= bytes
      const rows = (isFull ? FEW_ROWS : WINDOW_ROWS) + backlog.unlogged
      return { rows, bytes: isFull ? Math.floor(bytes / FULL_SHARE) : bytes }
    }
    const isToldAgain = asked.after === 0 || asked.freed.size > 0
    return {
      rows: WINDOW_ROWS + backlog.waiting + backlog.busy + backlog.unlogged,
      bytes: bytes + (isToldAgain ? backlog.bytes : 0),
    }
  }

  /** A lane that stays busy looks for retries when the next one is due. */
  function wakeIn(delayMs: number | undefined): void {
    clearTimeout(retryTimer)
    if (delayMs === undefined || state === 'ended') return
    const timeoutMs = Math.min(delayMs + 1, MAX_TIMER_MS)
    retryTimer = setTimeout(wake, timeoutMs)
    retryTimer.unref()
  }

  function wake(): void {
    news++
    lookAgain()
    reopen()
    advance()
  }

  /** The log may take its time, or not be taken at all: what may start does not wait for it. */
  function reopen(): void {
    if (state === 'closing' && !halted) state = 'open'
  }

  async function release(): Promise<void> {
    let released: Released
    try {
      const { through, retriesEnded } = line
      released = await dependencies.release({ ...claim, through, retriesEnded })
    } catch {
      setTimeout(() => {
        if (state === 'releasing') carryOn(release())
      }, RETRY_RELEASE_MS).unref()
      return
    }
    if (state !== 'releasing') return
    if (released.kind === 'kept') {
      // A halted lane must be claimed anew, to see the endpoint as it is now.
      if (halted) {
        carryOn(release())
        return
      }
      state = 'open'
      wake()
    } else {
      const wakeInMs = released.kind === 'released' && !handedOver ? released.wakeInMs : undefined
      const { epoch, version } = claimed
      // A lane that found nothing to try must not be claimed again in a busy loop.
      end(
        wakeInMs === undefined || attempts > 0 ? wakeInMs : Math.max(wakeInMs, IDLE_PAUSE_MS),
        released.kind === 'released' && ordering !== 'ENDPOINT'
          ? {
              epoch,
              version,
              through: line.through,
              retriesEnded: line.retriesEnded,
              readMs: line.readMs,
            }
          : undefined,
      )
    }
  }

  function end(wakeInMs: number | undefined, known?: KnownLine): void {
    if (state === 'ended') return
    state = 'ended'
    backlog.clear()
    clearTimeout(retryTimer)
    dependencies.onEnd(wakeInMs, known)
  }

  backlog.endLoad(claimed.window.deliveries)
  wakeIn(claimed.window.retryInMs)
  // Not before the caller has the lane in hand.
  queueMicrotask(advance)
  return {
    claim,
    wake,
    get waits() {
      return waitsFor.size > 0
    },
    halt() {
      halted = true
      advance()
    },
    handOver() {
      handedOver = true
      halted = true
      advance()
    },
    abandon: () => end(undefined),
    extendLease(untilMs) {
      leaseEndsMs = untilMs
    },
  }
}

const NO_SUBJECTS: ReadonlySet<string> = new Set()
