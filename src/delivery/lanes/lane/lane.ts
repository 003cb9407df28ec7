import type { MemoryLease } from '../../../database/memory/memory-lease.ts'
import type { Attempter } from '../../attempt/attempt.ts'
import type { LogWriter } from '../../log/log-writer.ts'
import type { Capacity } from '../capacity.ts'
import type { Release, Released, ReleaseRequest } from '../lane-claims.ts'
import type { KnownLine } from './lane-line.ts'
import type { ReaderDependencies } from './lane-reader.ts'

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
 * Two parts share what is in hand (backlog.ts): the runner, whose states these are, starts, settles and
 * releases; the reader (lane-reader.ts) knows what to read next. A change of state that is not drawn is a
 * fault, and ends the lane: whoever claims it next reads it anew.
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

export interface LaneDependencies extends Pick<
  ReaderDependencies,
  'load' | 'windowBytes' | 'lineReadMs'
> {
  workerNumber: number
  memory: MemoryLease
  capacity: Capacity
  attempt: Attempter
  release: (release: ReleaseRequest) => Promise<Released>
  logWriter: LogWriter
  /**
   * Called once. `wakeInMs`: when to claim it again; undefined when there is nothing to do. `line`:
   * what is known of it, when the lane was let go in order.
   */
  onEnd: (wakeInMs: number | undefined, line?: KnownLine) => void
}
