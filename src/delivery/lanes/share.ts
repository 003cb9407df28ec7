import type { Pool } from 'pg'
import { WORKER_LOCK_CLASS } from './worker-identity.ts'

/** How the lanes that have work are spread over the workers. */
export interface Spread {
  /** Workers alive, this one included. */
  workers: number
  /** Lanes that this worker holds. */
  mine: number
  /** Lanes that anybody holds, or that are due and that nobody holds. */
  busy: number
}

/** What a worker does about it. */
export interface Share {
  /** Lanes to leave to others. */
  surplus: number
  /** Lanes to take up, at most, of those that nobody holds. */
  room: number
}

/** A worker may hold so much more than its share before it lets go: lanes come and go. */
const SLACK = 0.1

/**
 * The lanes of what a worker positions are taken by itself, at once, which is what makes a delivery
 * fast. Under a backlog that would leave all of them with one worker, so each evens it out: whoever
 * holds more than its share of the lanes with work lets go of the surplus, and nobody takes up more.
 */
export function shareOf({ workers, mine, busy }: Spread): Share {
  if (workers <= 1) return { surplus: 0, room: Number.POSITIVE_INFINITY }
  const share = Math.ceil(busy / workers)
  const excess = mine - share
  return {
    surplus: excess > Math.max(1, Math.floor(share * SLACK)) ? excess : 0,
    room: Math.max(0, -excess),
  }
}

export async function readSpread(pool: Pool, workerNumber: number): Promise<Spread> {
  const result = await pool.query<Spread>({
    name: 'sweep-spread',
    text: `
      SELECT (SELECT count(*)::int FROM pg_locks
               WHERE locktype = 'advisory' AND classid = $2 AND objsubid = 2 AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             ) AS workers,
             count(*) FILTER (WHERE lane.worker_id = $1)::int AS mine, count(*)::int AS busy
        FROM delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
       WHERE lane.worker_id IS NOT NULL
          OR (lane.wake_at <= now() AND endpoint.status = 'ACTIVE' AND endpoint.deleted_at IS NULL)`,
    values: [workerNumber, WORKER_LOCK_CLASS],
  })
  return result.rows[0] ?? { workers: 1, mine: 0, busy: 0 }
}
