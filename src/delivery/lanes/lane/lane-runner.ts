import assert from 'node:assert'
import { reportFault } from '../../../process/background.ts'
import { openStates } from '../../../states.ts'
import type { AttemptRecord } from '../../attempt/attempt.ts'
import { makeLogEntry } from '../../log/log-statement.ts'
import type { CapacityKind, Room } from '../capacity.ts'
import type { ClaimedLane, Release, Released } from '../lane-claims.ts'
import type { LaneDelivery } from '../lane-window.ts'
import { type Backlog, createBacklog } from './backlog.ts'
import type { KnownLine } from './lane-line.ts'
import { LanePermit } from './lane-permit.ts'
import { LaneReader } from './lane-reader.ts'
import { LaneRoom } from './lane-room.ts'
import { LANE_STATES, type LaneState } from './lane-states.ts'
import type { Lane, LaneDependencies } from './lane.ts'

/** Sent, but not yet in the log: bounds the repeats after a crash. */
const MAX_UNLOGGED = 64
/** After a statement failed: the sweep claims the lane again once the lease ends, or sooner. */
const RETRY_RELEASE_MS = 1_000
const IDLE_PAUSE_MS = 20

/**
 * Starts what a lane has in hand, settles it, and lets the lane go: the states are drawn in lane.ts.
 *
 * Every step, whatever woke it, ends in `#advance`, which looks at everything anew. So no step has to
 * know what another one left undone.
 */
export class LaneRunner implements Lane {
  readonly claim: Release
  readonly #claimed: ClaimedLane
  readonly #dependencies: LaneDependencies
  readonly #backlog: Backlog
  readonly #permit: LanePermit
  readonly #room: LaneRoom
  readonly #reader: LaneReader
  readonly #states = openStates('A lane', LANE_STATES, 'open')
  #halted = false
  #handedOver = false
  #attempts = 0

  constructor(claimed: ClaimedLane, leaseUntilMs: number, dependencies: LaneDependencies) {
    this.claim = { endpointId: claimed.endpointId, epoch: claimed.epoch }
    this.#claimed = claimed
    this.#dependencies = dependencies
    this.#permit = new LanePermit(claimed, dependencies.memory, leaseUntilMs)
    this.#backlog = createBacklog(claimed.ordering, claimed.maxInFlight)
    this.#room = new LaneRoom(claimed, dependencies.capacity)
    this.#reader = new LaneReader(claimed, this.#backlog, this.#room, {
      load: dependencies.load,
      windowBytes: dependencies.windowBytes,
      lineReadMs: dependencies.lineReadMs,
      onRead: (failed) => this.#resume(failed),
      onRetryDue: () => this.wake(),
    })
    // Not before the caller has the lane in hand.
    queueMicrotask(() => this.#advance())
  }

  get waits(): boolean {
    return this.#room.waiting > 0
  }

  wake(): void {
    this.#reader.noteWork()
    this.#reopen()
    this.#advance()
  }

  halt(): void {
    this.#halted = true
    this.#advance()
  }

  handOver(): void {
    this.#handedOver = true
    this.halt()
  }

  abandon(): void {
    this.#end(undefined)
  }

  extendLease(untilMs: number): void {
    this.#permit.extend(untilMs)
  }

  #enter(next: LaneState): void {
    // The next claim would send the same deliveries again.
    const isSafe = next !== 'releasing' || this.#isQuiet
    assert.ok(isSafe, 'a lane is let go with something under way')
    this.#states.enter(next)
  }

  /** Nothing is under way. */
  get #isQuiet(): boolean {
    return this.#backlog.busy === 0 && this.#backlog.unlogged === 0 && !this.#reader.isReading
  }

  #is(state: LaneState): boolean {
    return this.#states.current === state
  }

  /** What the lane waited for is there; without it (`failed`) it may not go on. */
  readonly #resume = (failed: boolean): void => {
    if (failed) this.#halted = true
    this.#advance()
  }

  /** Called by timers, rooms and other lanes, none of which may be touched by a fault in here. */
  #advance(): void {
    try {
      if (this.#is('open')) this.#goOn()
      if (this.#is('closing')) this.#letGo()
    } catch (error) {
      this.#fail(error)
    }
  }

  #goOn(): void {
    if (this.#permit.isOver) return this.#end(undefined)
    if (!this.#halted) {
      const hasRoom = this.#start()
      const read = this.#halted ? undefined : this.#reader.readIfShort(hasRoom)
      if (read !== undefined) this.#carryOn(read)
    }
    if (this.#halted || this.#isIdle) this.#enter('closing')
  }

  #letGo(): void {
    this.#reader.leaveWaiting()
    if (!this.#isQuiet) return
    this.#enter('releasing')
    this.#carryOn(this.#release())
  }

  get #isIdle(): boolean {
    const { busy, unlogged } = this.#backlog
    const waits = this.waits || this.#permit.isAwaited || unlogged >= MAX_UNLOGGED
    return busy === 0 && !this.#reader.isReading && !waits
  }

  /** @returns whether more could start, if the lane had it in hand. */
  #start(): boolean {
    if (this.#permit.isAwaited) return false
    const room = this.#room
    let waitedFor: number
    do {
      waitedFor = room.waiting
      for (const delivery of this.#backlog.findStartable(waitedFor > 0 ? room.isHeld : undefined)) {
        if (!this.#mayBegin(delivery)) {
          if (this.#permit.mayComeBack) this.#permit.await(this.#resume)
          else this.#halted = true
          return false
        }
        const { busy, unlogged } = this.#backlog
        if (unlogged + busy >= MAX_UNLOGGED) return false
        if (room.isHeld(delivery)) continue
        const kind = room.kindOf(delivery)
        if (kind === 'first' && room.isKeptForRetry(busy)) break
        const taken = room.tryTake(kind)
        if (taken === undefined) this.#waitFor(kind)
        else this.#begin(delivery, taken)
      }
      // Behind those for which there is no room others may stand for which there is.
    } while (room.waiting > waitedFor)
    return this.#backlog.busy < this.#claimed.maxInFlight && !room.waitsFor('first')
  }

  #mayBegin(delivery: LaneDelivery): boolean {
    return !this.#is('ended') && this.#permit.covers(delivery)
  }

  #waitFor(kind: CapacityKind): void {
    // However many lanes wait behind dead endpoints, each keeps one delivery in memory.
    if (this.#claimed.ordering === 'ENDPOINT' && kind === 'doubtful') {
      this.#backlog.keepFirst()
      this.#reader.noteForgotten()
    }
    this.#room.wait(kind, (room) => {
      if (kind === 'doubtful') this.#reader.noteRoomForRetries()
      const delivery = this.#findFor(kind)
      if (delivery !== undefined) this.#begin(delivery, room)
      this.#advance()
      return delivery !== undefined
    })
  }

  /** What may begin now in room of this kind. */
  #findFor(kind: CapacityKind): LaneDelivery | undefined {
    if (!this.#is('open') || this.#halted || this.#permit.isOver) return undefined
    const isOther = (delivery: LaneDelivery) => this.#room.kindOf(delivery) !== kind
    const [next] = this.#backlog.findStartable(isOther)
    return next !== undefined && this.#mayBegin(next) ? next : undefined
  }

  #begin(delivery: LaneDelivery, room: Room): void {
    this.#backlog.start(delivery)
    this.#attempts++
    const message = {
      ...delivery,
      deliveryId: delivery.id,
      attempt: delivery.attemptCount + 1,
      trigger: 'SCHEDULED',
      mayBegin: () => this.#mayBegin(delivery),
    } as const
    const ageMs = delivery.ageMs + (performance.now() - delivery.loadedMs)
    const settled = this.#dependencies
      .attempt(this.#claimed, message, ageMs)
      .finally(() => room.give())
      .then((record) => {
        if (record === undefined) this.#takeBack(delivery)
        else this.#settle(delivery, record)
      })
    this.#carryOn(settled)
  }

  /** It was not begun. Starting it again shows why, and waits or lets go. */
  #takeBack(delivery: LaneDelivery): void {
    this.#backlog.takeBack(delivery)
    this.#attempts--
    this.#advance()
  }

  #settle(delivery: LaneDelivery, record: AttemptRecord): void {
    this.#backlog.settle(delivery, record.succeeded)
    this.#room.noteAnswer(record.succeeded)
    this.#reader.noteSettled(delivery)
    // What follows from a failure is in the database once it is logged, and only there.
    if (!record.succeeded && this.#claimed.ordering === 'ENDPOINT') this.#halted = true
    this.#carryOn(this.#writeLog(delivery, record))
    this.#advance()
  }

  async #writeLog(delivery: LaneDelivery, record: AttemptRecord): Promise<void> {
    const { endpointId, organizationId, epoch, version } = this.#claimed
    const { logWriter, workerNumber } = this.#dependencies
    const answer = await logWriter.write(
      makeLogEntry({ record, endpointId, organizationId, claim: { workerNumber, epoch } }),
    )
    this.#backlog.markLogged(delivery)
    const isFreed = this.#reader.noteLogged(delivery, record, answer)
    if (!answer.held) this.#end(undefined)
    if (!answer.active || answer.version !== version) this.#halted = true
    if (isFreed) this.#reopen()
    this.#advance()
  }

  /** The log may take its time, or not be taken at all: what may start does not wait for it. */
  #reopen(): void {
    if (this.#is('closing') && !this.#halted) this.#enter('open')
  }

  async #release(): Promise<void> {
    let released: Released
    try {
      released = await this.#dependencies.release({ ...this.#reader.known, ...this.claim })
    } catch {
      setTimeout(() => {
        if (this.#is('releasing')) this.#carryOn(this.#release())
      }, RETRY_RELEASE_MS).unref()
      return
    }
    if (!this.#is('releasing')) return
    if (released.kind === 'lost') this.#end(undefined)
    else if (released.kind === 'released') this.#endReleased(released.wakeInMs)
    // A halted lane must be claimed anew, to see the endpoint as it is now.
    else if (this.#halted) this.#carryOn(this.#release())
    else {
      this.#enter('open')
      this.wake()
    }
  }

  #endReleased(dueInMs: number | undefined): void {
    // A lane that found nothing to try must not be claimed again in a busy loop.
    const least = this.#attempts > 0 ? -Infinity : IDLE_PAUSE_MS
    const wakeInMs = dueInMs === undefined ? undefined : Math.max(dueInMs, least)
    const known = this.#claimed.ordering === 'ENDPOINT' ? undefined : this.#reader.known
    this.#end(this.#handedOver ? undefined : wakeInMs, known)
  }

  /** After a fault nobody knows where the lane stands: whoever claims it next reads it anew. */
  #carryOn(step: Promise<void>): void {
    step.catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    reportFault(error, 'a lane')
    this.#end(undefined)
  }

  #end(wakeInMs: number | undefined, known?: KnownLine): void {
    if (this.#is('ended')) return
    this.#enter('ended')
    this.#backlog.clear()
    this.#reader.close()
    this.#dependencies.onEnd(wakeInMs, known)
  }
}
