import type { Pool, PoolClient } from 'pg'
import type { MemoryLease } from '../../database/memory/memory-lease.ts'
import type { Logger } from '../../log.ts'
import { type Admission, admitted } from './admission.ts'
import type { Attempter } from '../attempt/attempt.ts'
import type { Capacity } from './capacity.ts'
import { groupCalls } from '../log/group.ts'
import { KnownLines } from './known-lines.ts'
import {
  type ClaimedLane,
  claimLanes,
  LEASE_MS,
  releaseLanes,
  type ReleaseRequest,
  renewLanes,
} from './lane-claims.ts'
import type { Lane } from './lane/lane.ts'
import { WINDOW_ROWS } from './lane/lane-reader.ts'
import { LaneRunner } from './lane/lane-runner.ts'
import { loadWindows, type WindowRequest } from './lane-window.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { LaneClaim, LaneWaker } from '../../webhooks/deliveries/hand-over.ts'

/** The lanes that this worker holds, under one identity. */
export interface Lanes extends LaneWaker {
  /** Leaves some lanes to other workers, first those that wait for room here. */
  handOver(count: number): void
  /** Starts another lease; lanes that are somebody else's by now are given up. */
  renew(): Promise<void>
  /** Gives up all lanes at once, as when the identity is lost. */
  abandon(): void
  /** Lets all lanes go; resolves when the last one is released. */
  stop(): Promise<void>
}

export interface LanesDependencies {
  pool: Pool
  workerNumber: number
  memory: MemoryLease
  capacity: Capacity
  attempt: Attempter
  admission: Admission
  logWriter: LogWriter
  log: Logger
}

type Owned<Request> = Request & { organizationId: string }

/** A lane to be claimed; whose it is, is known of those that were held here before. */
interface Asked {
  endpointId: string
  organizationId: string | undefined
}

/** Lanes per statement, while no more than one organization sends and otherwise. */
const MAX_GROUP = { alone: 200, beside: 40 }
/** Lanes of which it is remembered whose they are. */
const MAX_OWNERS = 20_000
/** How much earlier than the database a worker considers its lease over. */
const LEASE_MARGIN_MS = 10_000
/** Bytes of bodies over all lanes, as far as every lane may hold at least one delivery. */
const TOTAL_WINDOW_BYTES = 256 * 1024 * 1024
const MAX_WINDOW_BYTES = 4 * 1024 * 1024
const MIN_WINDOW_BYTES = 32 * 1024
/** Retries further ahead are left to the sweep. */
const MAX_TIMER_MS = 60_000
/** A lane that was left to others is not taken again for so long. */
const HANDS_OFF_MS = 3_000

/** Holds the lanes of one identity until it is stopped or gives them up. */
export class HeldLanes implements Lanes {
  readonly #dependencies: LanesDependencies
  readonly #running = new Map<string, Lane>()
  readonly #claiming = new Set<string>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Lanes left to others, and until when (performance.now). */
  readonly #handsOff = new Map<string, number>()
  readonly #knownLines = new KnownLines()
  /** Whose the lanes are that were held here; the one held longest ago makes room. */
  readonly #owners = new Map<string, string>()
  readonly #claim
  readonly #load
  readonly #release
  #stopping = false
  #onIdle: (() => void) | undefined

  constructor(dependencies: LanesDependencies) {
    const { pool, workerNumber, memory } = dependencies
    this.#dependencies = dependencies
    const maxGroup = () => this.#maxGroup()
    this.#claim = groupCalls<Asked, true>(
      maxGroup,
      async (asked) => {
        const endpointIds = asked.map(({ endpointId }) => endpointId)
        await this.#claimNow(pool, endpointIds, false)
        return endpointIds.map(() => true as const)
      },
      // Those of which nobody knows whose they are count as one organization's: most will be.
      ({ organizationId }) => organizationId ?? 'unknown',
    )
    this.#load = groupCalls(
      maxGroup,
      (requests: Owned<WindowRequest>[]) =>
        this.#warned('load', loadWindows(pool, memory.mark(), requests)),
      ({ organizationId }) => organizationId,
    )
    this.#release = groupCalls(
      maxGroup,
      (lanes: Owned<ReleaseRequest>[]) =>
        this.#warned('release', releaseLanes(pool, workerNumber, lanes)),
      ({ organizationId }) => organizationId,
    )
  }

  wake(endpointIds: readonly string[]): void {
    for (const endpointId of endpointIds) this.#wakeOne(endpointId)
  }

  claimBehind(client: PoolClient, endpointIds: readonly string[]): LaneClaim {
    const asked = new Set<string>()
    for (const endpointId of endpointIds) {
      if (this.#stopping || asked.size >= this.#maxGroup()) break
      const isTaken = this.#running.has(endpointId) || this.#claiming.has(endpointId)
      if (isTaken || this.#isLeft(endpointId)) continue
      asked.add(endpointId)
      this.#claiming.add(endpointId)
    }
    const done = asked.size === 0 ? Promise.resolve() : this.#claimNow(client, [...asked], true)
    return { endpointIds: asked, done }
  }

  handOver(count: number): void {
    // Those that are on their way out are held still, and counted.
    const running = [...this.#running.values()]
    const staying = running.filter((lane) => !this.#isLeft(lane.claim.endpointId))
    const left = running.length - staying.length
    const first = staying.toSorted((a, b) => Number(b.waits) - Number(a.waits))
    for (const lane of first.slice(0, Math.max(0, count - left))) {
      this.#handsOff.set(lane.claim.endpointId, performance.now() + HANDS_OFF_MS)
      lane.handOver()
    }
  }

  async renew(): Promise<void> {
    if (this.#running.size === 0) return
    const { pool, workerNumber } = this.#dependencies
    const leaseUntilMs = performance.now() + LEASE_MS - LEASE_MARGIN_MS
    const lanes = [...this.#running.values()]
    const claims = lanes.map((lane) => lane.claim)
    const held = await renewLanes(pool, workerNumber, claims)
    for (const lane of lanes) {
      if (held.has(lane.claim.endpointId)) lane.extendLease(leaseUntilMs)
      else lane.abandon()
    }
  }

  abandon(): void {
    this.#forget()
    for (const lane of this.#running.values()) lane.abandon()
  }

  async stop(): Promise<void> {
    this.#forget()
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve))
    for (const lane of this.#running.values()) lane.halt()
    this.#whenIdle()
    await idle
  }

  async #claimNow(
    client: Pool | PoolClient,
    endpointIds: readonly string[],
    dueOnly: boolean,
  ): Promise<void> {
    const { memory, workerNumber } = this.#dependencies
    const leaseUntilMs = performance.now() + LEASE_MS - LEASE_MARGIN_MS
    const read = memory.mark()
    // Meanwhile, so that what is claimed need not wait for it.
    memory.hold().catch(() => undefined)
    try {
      const size = { rows: WINDOW_ROWS, bytes: this.#windowBytes() }
      const options = { dueOnly, knownLines: this.#knownLines.recall(endpointIds) }
      const lanes = await this.#warned(
        'claim',
        claimLanes(client, workerNumber, read, endpointIds, size, options),
      )
      for (const claimed of lanes) this.#start(claimed, leaseUntilMs)
    } finally {
      for (const endpointId of endpointIds) this.#claiming.delete(endpointId)
      this.#whenIdle()
    }
  }

  #start(claimed: ClaimedLane, leaseUntilMs: number): void {
    const { endpointId, organizationId } = claimed
    const { admission, workerNumber } = this.#dependencies
    const line = this.#knownLines.take(endpointId)
    this.#rememberOwner(endpointId, organizationId)
    const load = (request: WindowRequest) => this.#load({ ...request, organizationId })
    const source = claimed.onTerms
      ? admitted(claimed, load, (window) =>
          this.#warned('admission', admission.admitWindow(claimed, window, workerNumber)),
        )
      : { claimed, load }
    const lane = new LaneRunner(source.claimed, leaseUntilMs, {
      ...this.#dependencies,
      load: source.load,
      release: (request) => this.#release({ ...request, organizationId }),
      windowBytes: () => this.#windowBytes(),
      lineReadMs: (claimed.after > 0 ? line?.readMs : undefined) ?? performance.now(),
      onEnd: (wakeInMs, known) => {
        this.#running.delete(endpointId)
        this.#knownLines.keep(endpointId, known)
        if (wakeInMs !== undefined) this.#wakeLater(claimed, wakeInMs)
        this.#whenIdle()
      },
    })
    this.#running.set(endpointId, lane)
    if (this.#stopping) lane.halt()
  }

  /** One line for a statement that failed, however many lanes are in it: they all try again. */
  async #warned<T>(statement: string, running: Promise<T>): Promise<T> {
    try {
      return await running
    } catch (error) {
      const { log, workerNumber } = this.#dependencies
      log.warn({ statement, worker: workerNumber, error: String(error) }, 'lanes must wait')
      throw error
    }
  }

  #maxGroup(): number {
    return this.#dependencies.capacity.isCalm ? MAX_GROUP.alone : MAX_GROUP.beside
  }

  #rememberOwner(endpointId: string, organizationId: string): void {
    this.#owners.delete(endpointId)
    this.#owners.set(endpointId, organizationId)
    const [oldest] = this.#owners.keys()
    if (this.#owners.size > MAX_OWNERS && oldest !== undefined) this.#owners.delete(oldest)
  }

  #windowBytes(): number {
    const share = Math.floor(TOTAL_WINDOW_BYTES / (this.#running.size + 1))
    return Math.max(MIN_WINDOW_BYTES, Math.min(MAX_WINDOW_BYTES, share))
  }

  #wakeLater({ endpointId }: ClaimedLane, delayMs: number): void {
    if (this.#stopping || delayMs > MAX_TIMER_MS) return
    clearTimeout(this.#timers.get(endpointId))
    // A millisecond late rather than early: timers round down, and an early look is for nothing.
    const timeoutMs = Math.max(0, delayMs) + 1
    const timer = setTimeout(() => this.#wakeOne(endpointId), timeoutMs)
    this.#timers.set(endpointId, timer)
  }

  #wakeOne(endpointId: string): void {
    clearTimeout(this.#timers.get(endpointId))
    this.#timers.delete(endpointId)
    if (this.#stopping) return
    const lane = this.#running.get(endpointId)
    if (lane !== undefined) {
      lane.wake()
      return
    }
    if (this.#claiming.has(endpointId) || this.#isLeft(endpointId)) return
    this.#claiming.add(endpointId)
    // The sweep claims it when this does not.
    const organizationId = this.#owners.get(endpointId)
    this.#claim({ endpointId, organizationId }).catch(() => undefined)
  }

  #isLeft(endpointId: string): boolean {
    const untilMs = this.#handsOff.get(endpointId)
    if (untilMs === undefined) return false
    if (untilMs > performance.now()) return true
    this.#handsOff.delete(endpointId)
    return false
  }

  #whenIdle(): void {
    if (this.#running.size === 0 && this.#claiming.size === 0) this.#onIdle?.()
  }

  #forget(): void {
    this.#stopping = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
