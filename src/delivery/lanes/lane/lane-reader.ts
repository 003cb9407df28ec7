import { openStates } from '../../../states.ts'
import type { AttemptRecord } from '../../attempt/attempt.ts'
import type { LogAnswer } from '../../log/log-statement.ts'
import type { ClaimedLane } from '../lane-claims.ts'
import type { LaneDelivery, Window, WindowRequest } from '../lane-window.ts'
import type { Backlog } from './backlog.ts'
import { type Asked, type KnownLine, type Line, openLine } from './lane-line.ts'
import type { LaneRoom } from './lane-room.ts'
import { READER_STATES } from './lane-states.ts'

/** Deliveries loaded at once. */
export const WINDOW_ROWS = 200
/** Loads more when fewer are left, so that the statement runs while these are sent. */
const LOW_WATER = 40
/** Rows that a lane which has its share of bodies in hand loads, to look past them. */
const FEW_ROWS = 20
/** Such a lane loads one part in so many of its share of bytes. */
const FULL_SHARE = 8
/** setTimeout takes no more than 2^31 - 1. */
const MAX_TIMER_MS = 3_600_000
const NO_SUBJECTS: ReadonlySet<string> = new Set()

export interface ReaderDependencies {
  load: (request: WindowRequest) => Promise<Window>
  /** Bytes of bodies that a lane may hold now; falls as more lanes run. */
  windowBytes: () => number
  /** When the line of a claimed lane was last read from its front (performance.now). */
  lineReadMs: number
  /** A load ended, and what it brought is in the backlog; `failed`: nothing is known of it. */
  onRead: (failed: boolean) => void
  /** A retry that was ahead when the lane looked is due. */
  onRetryDue: () => void
}

/**
 * What a lane reads next, and when. It fills the backlog, the runner (lane-runner.ts) empties it.
 *
 *             ┌───────────── brought something, or something changed meanwhile ─────────────┐
 *             ▼                                                                             │
 *   begins ─► READY ── little in hand, and more may be due ──► READING ─────────────────────┤
 *             ▲                                                                             │
 *             └───── something changed ──── BARREN ◄── brought only what was in hand ───────┘
 *
 * READY    Reads when little is left in hand and the database may hold more; or, in OBJECT order, past
 *          the subjects in hand when all of these hold themselves back and the lane has room.
 * READING  One statement is under way. What changes now may not be in what it brings.
 * BARREN   Another load would bring the same until something changes: an answer, a log write, a wake-up.
 *          Without this state a lane whose loads are cut would load the same rows in a busy loop.
 * CLOSED   From each of them when the lane ends. What a load under way brings is dropped.
 */
export class LaneReader {
  readonly #lane: Pick<ClaimedLane, 'endpointId' | 'epoch' | 'ordering' | 'version'>
  readonly #backlog: Backlog
  readonly #room: LaneRoom
  readonly #dependencies: ReaderDependencies
  readonly #line: Line
  readonly #states = openStates('The reader of a lane', READER_STATES, 'ready')
  /** The database may hold more that is due. */
  #hasMore: boolean
  /** It may hold more that is due of subjects other than those in hand (OBJECT order). */
  #hasOthers: boolean
  /** Something happened since the load under way began. */
  #changedMeanwhile = false
  /** Something was not loaded because it could not have started. */
  #leftRetries = false
  #retryTimer: NodeJS.Timeout | undefined

  constructor(
    claimed: ClaimedLane,
    backlog: Backlog,
    room: LaneRoom,
    dependencies: ReaderDependencies,
  ) {
    this.#lane = claimed
    this.#backlog = backlog
    this.#room = room
    this.#dependencies = dependencies
    this.#line = openLine(claimed.window, dependencies.lineReadMs)
    this.#hasMore = claimed.window.cut
    this.#hasOthers = claimed.window.cut
    backlog.endLoad(claimed.window.deliveries)
    this.#wakeIn(claimed.window.retryInMs)
  }

  get isReading(): boolean {
    return this.#states.current === 'reading'
  }

  /** What is known of the line, for the lane's release and its next claim. */
  get known(): KnownLine {
    const { epoch, version } = this.#lane
    const { through, retriesEnded, readMs } = this.#line
    return { epoch, version, through, retriesEnded, readMs }
  }

  /**
   * Loads if there is too little in hand.
   * @param hasRoom more could start, if the lane had it in hand
   * @returns the load that was begun
   */
  readIfShort(hasRoom: boolean): Promise<void> | undefined {
    const room = this.#room
    if (this.#states.current !== 'ready' || !room.mayLoad) return undefined
    const waiting =
      room.waiting > 0 ? this.#backlog.count((each) => !room.isHeld(each)) : this.#backlog.waiting
    if (waiting < LOW_WATER) return this.#hasMore ? this.#read(NO_SUBJECTS) : undefined
    // All that is in hand is held back by its own subjects: look past them for others.
    const looksPast = this.#lane.ordering === 'OBJECT' && this.#hasOthers && hasRoom
    return looksPast ? this.#read(this.#backlog.subjects()) : undefined
  }

  async #read(skipped: ReadonlySet<string>): Promise<void> {
    this.#states.enter('reading')
    this.#changedMeanwhile = false
    this.#hasOthers = false
    if (skipped.size === 0) this.#hasMore = false
    const untried = this.#room.waitsFor('doubtful')
    this.#leftRetries ||= untried
    // In ENDPOINT order what follows stands behind what was loaded. Otherwise retries that came due
    // and subjects that are free again may stand anywhere: see lane-line.ts.
    this.#backlog.beginLoad()
    const { endpointId, ordering } = this.#lane
    const asked = ordering === 'ENDPOINT' ? undefined : this.#line.beginLoad(skipped)
    const size = this.#sizeOf(asked)
    let isBarren: boolean
    try {
      const window = await this.#dependencies.load({
        endpointId,
        ordering,
        after: asked?.after ?? Number(this.#backlog.lastLoaded),
        skippedSubjects: [...skipped],
        freedSubjects: [...(asked?.freed ?? [])],
        untried,
        maxRows: size.rows,
        maxBytes: size.bytes,
      })
      if (!this.isReading) return
      isBarren = this.#take(window, asked, skipped)
      this.#wakeIn(window.retryInMs)
    } catch {
      if (!this.isReading) return
      this.#backlog.endLoad([])
      this.#states.enter('ready')
      this.#dependencies.onRead(true)
      return
    }
    this.#states.enter(isBarren && !this.#changedMeanwhile ? 'barren' : 'ready')
    this.#dependencies.onRead(false)
  }

  /** @returns whether another load would bring the same. */
  #take(window: Window, asked: Asked | undefined, skipped: ReadonlySet<string>): boolean {
    const isSo = asked === undefined || this.#line.endLoad(asked, window)
    if (window.cut) this.#hasOthers = true
    if (window.cut && skipped.size === 0) this.#hasMore = true
    if (!isSo) this.#lookAgain()
    const isNew = this.#backlog.endLoad(isSo ? window.deliveries : [])
    // One that was looked past has nothing in hand any more.
    if (!skipped.isSubsetOf(this.#backlog.subjects())) this.#lookAgain()
    const isSame = isSo && window.cut && !window.skipped && !isNew
    return isSame && this.#backlog.waiting + this.#backlog.busy > 0
  }

  /** How much may be loaded. Of what is in hand the database tells again, until it is logged. */
  #sizeOf(asked: Asked | undefined): { rows: number; bytes: number } {
    const backlog = this.#backlog
    const bytes = this.#dependencies.windowBytes()
    if (asked === undefined) {
      // Behind a head that failed last time there is nothing to read ahead for.
      return { rows: this.#room.consecutiveFailures > 0 ? 1 : WINDOW_ROWS, bytes }
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

  /** There may be work that the lane has not seen. */
  noteWork(): void {
    this.#noteChange()
    this.#lookAgain()
  }

  /** Of the waiting ones that were forgotten the database tells again. */
  noteForgotten(): void {
    this.#hasMore = true
  }

  noteRoomForRetries(): void {
    if (!this.#leftRetries) return
    this.#leftRetries = false
    this.noteWork()
  }

  /** It was answered. */
  noteSettled({ subjectId }: LaneDelivery): void {
    this.#noteChange()
    // It was looked past while enough of it was in hand.
    if (this.#line.hasLeft(subjectId) && !this.#backlog.subjects().has(subjectId)) this.#lookAgain()
  }

  /**
   * Its attempt is in the log.
   * @returns whether something that was held back may be so no more
   */
  noteLogged(delivery: LaneDelivery, record: AttemptRecord, answer: LogAnswer): boolean {
    this.#noteChange()
    const isRetry = delivery.attemptCount > 0
    if (!record.succeeded || isRetry) this.#lookAgain()
    if (this.#lane.ordering !== 'OBJECT') return false
    const isOver = record.succeeded ? isRetry : record.next.kind === 'exhausted'
    if (isOver) this.#line.free(delivery.subjectId)
    // Somebody else has ended it, and what this lane took for held back is not.
    if (!answer.moved) this.#line.goBack(0)
    return isOver || !answer.moved
  }

  /** Forgets what waits: whoever reads the line next finds it there. */
  leaveWaiting(): void {
    this.#line.goBack(this.#backlog.clear() - 1)
  }

  close(): void {
    this.#states.enter('closed')
    clearTimeout(this.#retryTimer)
  }

  #lookAgain(): void {
    this.#hasMore = true
    this.#hasOthers = true
  }

  #noteChange(): void {
    this.#changedMeanwhile = true
    if (this.#states.current === 'barren') this.#states.enter('ready')
  }

  /** A lane that stays busy looks for retries when the next one is due. */
  #wakeIn(delayMs: number | undefined): void {
    clearTimeout(this.#retryTimer)
    if (delayMs === undefined) return
    const timeoutMs = Math.min(delayMs + 1, MAX_TIMER_MS)
    this.#retryTimer = setTimeout(() => this.#dependencies.onRetryDue(), timeoutMs).unref()
  }
}
