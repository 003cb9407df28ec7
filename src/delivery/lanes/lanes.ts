import type { Pool, PoolClient } from 'pg'
import type { MemoryLease } from '../../database/memory/memory-lease.ts'
import type { Logger } from '../../log.ts'
import type { Admission } from './admission.ts'
import type { Attempter } from '../attempt/attempt.ts'
import type { Capacity } from './capacity.ts'
import { groupCalls } from '../log/group.ts'
import {
  type ClaimedLane,
  claimLanes,
  LEASE_MS,
  releaseLanes,
  type ReleaseRequest,
  renewLanes,
} from './lane-claims.ts'
import { type KnownLine, TRUST_MS } from './lane/lane-line.ts'
import { type Lane, startLane, WINDOW_ROWS } from './lane/lane.ts'
import { loadWindows, type Window, type WindowRequest } from './lane-window.ts'
import type { LogWriter } from '../log/log-writer.ts'

/** The lanes that this worker holds, under one identity. */
export interface Lanes {
  /** A hint that these endpoints may have something to send; claims those that nobody holds. */
  wake(endpointIds: readonly string[]): void
  /**
   * Takes those of the lanes that are free and due with a statement on the given connection, so that
   * it can follow the commit that gave them work without waiting for it.
   */
  claimBehind(
    client: PoolClient,
    endpointIds: readonly string[],
  ): { asked: ReadonlySet<string>; claimed: Promise<void> }
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

/** Lanes per statement */
const MAX_GROUP = 200
/** How much earlier than the database a worker considers its lease over. */
const LEASE_MARGIN_MS = 10_000
/** Bytes of bodies over all lanes, as far as every lane may hold at least one delivery. */
const TOTAL_WINDOW_BYTES = 256 * 1024 * 1024
const MAX_WINDOW_BYTES = 4 * 1024 * 1024
const MIN_WINDOW_BYTES = 32 * 1024
/** What is known of lines beyond that is forgotten, the oldest first. */
const MAX_KNOWN_LINES = 20_000
/** Retries further ahead are left to the sweep. */
const MAX_TIMER_MS = 60_000
/** A lane that was left to others is not taken again for so long. */
const HANDS_OFF_MS = 3_000

export function openLanes(dependencies: LanesDependencies): Lanes {
  const { pool, workerNumber, memory, log } = dependencies
  const running = new Map<string, Lane>()
  const claiming = new Set<string>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** Lanes left to others, and until when (performance.now). */
  const handsOff = new Map<string, number>()
  /** Of lanes that were let go; a few of very many ever have something held back. */
  const knownLines = new Map<string, KnownLine>()
  let stopping = false
  let onIdle: (() => void) | undefined

  function whenIdle(): void {
    if (running.size === 0 && claiming.size === 0) onIdle?.()
  }

  const claim = groupCalls<Asked, true>(
    MAX_GROUP,
    async (asked) => {
      const endpointIds = asked.map(({ endpointId }) => endpointId)
      await claimNow(pool, endpointIds, false)
      return endpointIds.map(() => true as const)
    },
    ({ endpointId, organizationId }) => organizationId ?? endpointId,
  )

  async function claimNow(
    client: Pool | PoolClient,
    endpointIds: readonly string[],
    dueOnly: boolean,
  ): Promise<void> {
    const leaseUntilMs = performance.now() + LEASE_MS - LEASE_MARGIN_MS
    const read = memory.mark()
    // Meanwhile, so that what is claimed need not wait for it.
    memory.hold().catch(() => undefined)
    try {
      const size = { rows: WINDOW_ROWS, bytes: windowBytes() }
      forgetOldLines(endpointIds)
      const lanes = await warned(
        'claim',
        claimLanes(client, workerNumber, read, endpointIds, size, { dueOnly, knownLines }),
      )
      for (const claimed of lanes) start(claimed, leaseUntilMs)
    } finally {
      for (const endpointId of endpointIds) claiming.delete(endpointId)
      whenIdle()
    }
  }
  const load = groupCalls(
    MAX_GROUP,
    (requests: Owned<WindowRequest>[]) =>
      warned('load', loadWindows(pool, memory.mark(), requests)),
    ({ organizationId }) => organizationId,
  )
  const release = groupCalls(
    MAX_GROUP,
    (lanes: Owned<ReleaseRequest>[]) => warned('release', releaseLanes(pool, workerNumber, lanes)),
    ({ organizationId }) => organizationId,
  )

  /** One line for a statement that failed, however many lanes are in it: they all try again. */
  async function warned<T>(statement: string, running: Promise<T>): Promise<T> {
    try {
      return await running
    } catch (error) {
      log.warn({ statement, worker: workerNumber, error: String(error) }, 'lanes must wait')
      throw error
    }
  }

  function windowBytes(): number {
    const share = Math.floor(TOTAL_WINDOW_BYTES / (running.size + 1))
    return Math.max(MIN_WINDOW_BYTES, Math.min(MAX_WINDOW_BYTES, share))
  }

  function keepLine(endpointId: string, line: KnownLine | undefined): void {
    // Behind the others, so that the oldest stand in front.
    knownLines.delete(endpointId)
    if (line !== undefined && line.through > 0) knownLines.set(endpointId, line)
  }

  function forgetOldLines(claimed: readonly string[]): void {
    for (const endpointId of claimed) {
      const line = knownLines.get(endpointId)
      if (line !== undefined && performance.now() - line.readMs > TRUST_MS) {
        knownLines.delete(endpointId)
      }
    }
    for (const endpointId of knownLines.keys()) {
      if (knownLines.size <= MAX_KNOWN_LINES) break
      knownLines.delete(endpointId)
    }
  }

  function start(claimed: ClaimedLane, leaseUntilMs: number): void {
    const { endpointId, organizationId } = claimed
    const line = claimed.after > 0 ? knownLines.get(endpointId) : undefined
    knownLines.delete(endpointId)
    const lane = startLane(claimed.onTerms ? withoutWindow(claimed) : claimed, leaseUntilMs, {
      ...dependencies,
      load: claimed.onTerms
        ? loadAdmitted(claimed)
        : (request) => load({ ...request, organizationId }),
      release: (request) => release({ ...request, organizationId }),
      windowBytes,
      lineReadMs: line?.readMs ?? performance.now(),
      onEnd(wakeInMs, known) {
        running.delete(endpointId)
        keepLine(endpointId, known)
        if (wakeInMs !== undefined) wakeLater(claimed, wakeInMs)
        whenIdle()
      },
    })
    running.set(endpointId, lane)
    if (stopping) lane.halt()
  }

  /** Everything goes through admission, the window that came with the claim first. */
  function loadAdmitted(claimed: ClaimedLane): (request: WindowRequest) => Promise<Window> {
    let first: Window | undefined = claimed.window
    return async (request) => {
      const window = first ?? (await load({ ...request, organizationId: claimed.organizationId }))
      first = undefined
      const admitted = await warned(
        'admission',
        dependencies.admission.admitWindow(claimed, window, workerNumber),
      )
      // What was left of freed subjects is asked for again, wherever it stands.
      return { ...admitted, through: Math.max(admitted.through, request.after) }
    }
  }

  function wakeLater({ endpointId, organizationId }: ClaimedLane, delayMs: number): void {
    if (stopping || delayMs > MAX_TIMER_MS) return
    clearTimeout(timers.get(endpointId))
    // A millisecond late rather than early: timers round down, and an early look is for nothing.
    timers.set(
      endpointId,
      setTimeout(() => wakeOne(endpointId, organizationId), Math.max(0, delayMs) + 1),
    )
  }

  function isLeft(endpointId: string): boolean {
    const untilMs = handsOff.get(endpointId)
    if (untilMs === undefined) return false
    if (untilMs > performance.now()) return true
    handsOff.delete(endpointId)
    return false
  }

  function wakeOne(endpointId: string, organizationId?: string): void {
    clearTimeout(timers.get(endpointId))
    timers.delete(endpointId)
    if (stopping) return
    const lane = running.get(endpointId)
    if (lane !== undefined) {
      lane.wake()
      return
    }
    if (claiming.has(endpointId) || isLeft(endpointId)) return
    claiming.add(endpointId)
    // The sweep claims it when this does not.
    claim({ endpointId, organizationId }).catch(() => undefined)
  }

  return {
    wake(endpointIds) {
      for (const endpointId of endpointIds) wakeOne(endpointId)
    },
    claimBehind(client, endpointIds) {
      const asked = new Set<string>()
      for (const endpointId of endpointIds) {
        if (stopping || asked.size >= MAX_GROUP) break
        if (running.has(endpointId) || claiming.has(endpointId) || isLeft(endpointId)) continue
        asked.add(endpointId)
        claiming.add(endpointId)
      }
      const claimed = asked.size === 0 ? Promise.resolve() : claimNow(client, [...asked], true)
      return { asked, claimed }
    },
    handOver(count) {
      // Those that are on their way out are held still, and counted.
      const staying = [...running.values()].filter((lane) => !isLeft(lane.claim.endpointId))
      const left = running.size - staying.length
      const first = staying.toSorted((a, b) => Number(b.waits) - Number(a.waits))
      for (const lane of first.slice(0, Math.max(0, count - left))) {
        handsOff.set(lane.claim.endpointId, performance.now() + HANDS_OFF_MS)
        lane.handOver()
      }
    },
    async renew() {
      if (running.size === 0) return
      const leaseUntilMs = performance.now() + LEASE_MS - LEASE_MARGIN_MS
      const lanes = [...running.values()]
      const held = await renewLanes(
        pool,
        workerNumber,
        lanes.map((lane) => lane.claim),
      )
      for (const lane of lanes) {
        if (held.has(lane.claim.endpointId)) lane.extendLease(leaseUntilMs)
        else lane.abandon()
      }
    },
    abandon() {
      forget()
      for (const lane of running.values()) lane.abandon()
    },
    async stop() {
      forget()
      const idle = new Promise<void>((resolve) => (onIdle = resolve))
      for (const lane of running.values()) lane.halt()
      whenIdle()
      await idle
    },
  }

  function forget(): void {
    stopping = true
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
  }
}

/** The lane asks for what it was claimed with as for anything else. */
function withoutWindow(claimed: ClaimedLane): ClaimedLane {
  const window = { ...claimed.window, deliveries: [], cut: true, through: claimed.after }
  return { ...claimed, window }
}
