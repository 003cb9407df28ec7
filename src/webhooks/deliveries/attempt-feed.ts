import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../../process/background.ts'
import type { Database } from '../../database/database.ts'
import { outsideScope } from '../../database/query-scope.ts'
import { memo } from '../../database/memo.ts'

/** A logged attempt; all subscribers of a process are given the same object. */
export interface AttemptItem {
  readonly id: string
  readonly deliveryId: string
  readonly startedAt: Date
  /** Resume after it; see `AttemptWatch`. */
  readonly cursor: bigint
}

interface AttemptRow {
  /** Null where there is no attempt. */
  id: string | null
  delivery_id: string
  endpoint_id: string
  started_at: Date
  logged_in: string
}

/** How often the log is read while anybody watches. */
const POLL_MS = 400
/** Attempts per read. More than one flush of the delivery log writes, so that a read gets on. */
const READ_ROWS = 1_000
/** A reader that has not taken so many is given no more until it has. */
const MAX_WAITING = 1_000

/**
 * The attempts of one endpoint as one subscriber sees them.
 *
 * Attempts are no events: they have no position, and giving them one would take the lock of a lane
 * per attempt. They are read by the number of the transaction that wrote them instead. A transaction
 * with a small number may commit after one with a large number, so reading on from the largest
 * number seen would miss it. `floor` is the oldest transaction that was still running at the last
 * read: everything below it was read, and what is above it is read again and known by its id. After
 * a cut the client resumes from such a floor, and so may be given some attempts a second time, but
 * never misses one.
 */
interface AttemptWatch {
  endpointId: string
  floor: bigint | undefined
  /** Given out already, though not below the floor. */
  seen: Map<string, bigint>
  waiting: AttemptItem[]
  wake: (() => void) | undefined
  closed: boolean
}

interface AttemptFeed {
  watch(endpointId: string, after: bigint | undefined): AsyncIterableIterator<AttemptItem>
}

/** The feed of this process: one statement per poll serves all who watch, none when nobody does. */
export const attemptFeedOf: (database: Database) => AttemptFeed = memo(createAttemptFeed)

function createAttemptFeed(database: Database): AttemptFeed {
  const watches = new Set<AttemptWatch>()
  let polling = false

  async function keepPolling(): Promise<void> {
    if (polling) return
    polling = true
    while (watches.size > 0) {
      const reading = [...watches].filter((watch) => watch.waiting.length < MAX_WAITING)
      // The database is away: nothing is lost by asking again, the floors stand.
      const more = reading.length > 0 && (await poll(database, reading).catch(() => false))
      if (!more) await sleep(POLL_MS)
    }
    polling = false
  }

  return {
    watch(endpointId, after) {
      const watch: AttemptWatch = {
        endpointId,
        floor: after,
        seen: new Map(),
        waiting: [],
        wake: undefined,
        closed: false,
      }
      watches.add(watch)
      // For all who watch, and for longer than it takes to begin.
      inBackground('reading attempts', () => outsideScope(keepPolling))
      return iterate(watch, () => watches.delete(watch))
    },
  }
}

/** @returns whether there is more to read at once. */
async function poll(database: Database, watches: readonly AttemptWatch[]): Promise<boolean> {
  let previous: AttemptRow | undefined
  for (;;) {
    const { rows, running } = await read(database, watches, previous)
    const last = rows.length === READ_ROWS ? rows.at(-1) : undefined
    const isSettled = last !== undefined && BigInt(last.logged_in) < running
    for (const watch of watches) {
      // Its first read only tells it where the log ends.
      if (watch.floor === undefined) watch.floor = running
      else giveOut(watch, rows, running)
      // A cursor beyond the end comes from before the restore of a backup: back to the end.
      const floor = isSettled ? BigInt(last.logged_in) : running
      if (!isSettled || watch.floor < floor) watch.floor = floor
      for (const [id, loggedIn] of watch.seen) if (loggedIn < watch.floor) watch.seen.delete(id)
    }
    if (last === undefined || isSettled) return isSettled
    // Above the oldest running transaction the floor cannot help to get on, only the rows can.
    previous = last
  }
}

async function read(
  database: Database,
  watches: readonly AttemptWatch[],
  previous: AttemptRow | undefined,
): Promise<{ rows: AttemptRow[]; running: bigint }> {
  const floors = watches.flatMap(({ floor }) => (floor === undefined ? [] : [floor]))
  const lowest = floors.toSorted((a, b) => (a < b ? -1 : 1))[0]
  const found = await database.pool.query<AttemptRow & { running: string }>({
    name: 'attempt-feed',
    text: `SELECT moment.running, attempt.*
             FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS running) AS moment
             LEFT JOIN LATERAL (
               SELECT id, delivery_id, endpoint_id, started_at, logged_in FROM webhook_attempt
                WHERE logged_in >= $1::bigint AND endpoint_id = ANY($2)
                  AND ($3::bigint IS NULL OR (logged_in, started_at, id) > ($3, $4::timestamptz, $5::uuid))
                ORDER BY logged_in, started_at, id LIMIT ${READ_ROWS}) AS attempt ON true`,
    values: [
      lowest?.toString() ?? null,
      [...new Set(watches.map((watch) => watch.endpointId))],
      previous?.logged_in ?? null,
      previous?.started_at ?? null,
      previous?.id ?? null,
    ],
  })
  return {
    rows: found.rows.filter((row) => row.id !== null),
    running: BigInt(found.rows[0]?.running ?? 0),
  }
}

const items = new WeakMap<AttemptRow, AttemptItem>()

/** Rows come in the order of their transactions, so that each may be the cursor of what follows. */
function giveOut(watch: AttemptWatch, rows: readonly AttemptRow[], running: bigint): void {
  const from = watch.floor ?? running
  for (const row of rows) {
    const loggedIn = BigInt(row.logged_in)
    if (row.id === null || row.endpoint_id !== watch.endpointId) continue
    if (loggedIn < from || watch.seen.has(row.id)) continue
    watch.seen.set(row.id, loggedIn)
    const item = items.get(row) ?? {
      id: row.id,
      deliveryId: row.delivery_id,
      startedAt: row.started_at,
      cursor: loggedIn < running ? loggedIn : running,
    }
    items.set(row, item)
    watch.waiting.push(item)
  }
  watch.wake?.()
}

function iterate(watch: AttemptWatch, leave: () => void): AsyncIterableIterator<AttemptItem> {
  return {
    async next() {
      for (;;) {
        const value = watch.closed ? undefined : watch.waiting.shift()
        if (value !== undefined) return { done: false, value }
        if (watch.closed) return { done: true, value: undefined }
        await new Promise<void>((resolve) => (watch.wake = resolve))
      }
    },
    async return() {
      watch.closed = true
      leave()
      watch.wake?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
