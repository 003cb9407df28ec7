import type { Pool } from 'pg'
import { WORKER_LOCK_CLASS } from './worker-identity.ts'

/** What lost wake-ups and dead workers left lying. */
export interface Findings {
  /** Lanes with work that nobody does, or with work that their holder, this worker, was not told of. */
  endpointIds: string[]
  /** Deliveries for which an attempt outside the lane was asked. */
  deliveryIds: string[]
}

/** A wake-up has had this long to arrive. */
const GRACE_MS = 1_000
/** A lane that has waited this long is taken up by anybody, whatever its share. */
const OVERDUE_MS = 10_000
/** Per sweep; the next one finds the rest. */
const LIMIT = 500

/**
 * Frees the lanes of workers that are gone: their advisory lock ended with their connection, or
 * their lease ran out while they hung. Whoever sweeps first takes them over.
 */
export async function freeLanes(pool: Pool): Promise<number> {
  const result = await pool.query({
    name: 'sweep-free',
    text: `
      WITH gone AS (
        SELECT lane.endpoint_id FROM delivery_lane AS lane
         WHERE lane.worker_id IS NOT NULL
           AND (lane.claimed_until < now() OR lane.worker_id NOT IN (
                 SELECT objid::int FROM pg_locks
                  WHERE locktype = 'advisory' AND classid = $1 AND objsubid = 2 AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
         ORDER BY lane.endpoint_id FOR UPDATE SKIP LOCKED)
      UPDATE delivery_lane AS lane
         SET worker_id = NULL, claimed_until = NULL, woken = false,
             wake_at = now() - $2 * interval '1 millisecond'
        FROM gone WHERE lane.endpoint_id = gone.endpoint_id`,
    values: [WORKER_LOCK_CLASS, GRACE_MS],
  })
  return result.rowCount ?? 0
}

/**
 * Looks for work that no wake-up has reached. Reads one small table and one small index.
 * @param room free lanes to take up at most; those that have waited long are found beyond it
 */
export async function findForgotten(
  pool: Pool,
  workerNumber: number,
  room: number,
): Promise<Findings> {
  const result = await pool.query<{ kind: 'lane' | 'attempt'; id: string }>({
    name: 'sweep-find',
    text: `
      WITH free AS (
        SELECT lane.endpoint_id AS id, lane.wake_at <= now() - $4 * interval '1 millisecond' AS overdue
          FROM delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
         WHERE endpoint.status = 'ACTIVE' AND endpoint.deleted_at IS NULL
           AND lane.worker_id IS NULL AND lane.wake_at <= now() - $2 * interval '1 millisecond')
      -- By chance, so that workers that sweep at once do not reach for the same ones.
      (SELECT 'lane' AS kind, id FROM free WHERE NOT overdue ORDER BY random() LIMIT $3)
      UNION ALL
      (SELECT 'lane', id FROM free WHERE overdue ORDER BY random() LIMIT ${LIMIT})
      UNION ALL
      (SELECT 'lane', endpoint_id FROM delivery_lane WHERE worker_id = $1 AND woken)
      UNION ALL
      (SELECT 'attempt', delivery.id FROM webhook_delivery AS delivery
        WHERE delivery.next_attempt_at <= now() - $2 * interval '1 millisecond'
          AND (delivery.status <> 'PENDING' OR delivery.sequence IS NULL)
        ORDER BY delivery.next_attempt_at LIMIT ${LIMIT})`,
    values: [workerNumber, GRACE_MS, Math.min(room, LIMIT), OVERDUE_MS],
  })
  return {
    endpointIds: result.rows.filter((row) => row.kind === 'lane').map((row) => row.id),
    deliveryIds: result.rows.filter((row) => row.kind === 'attempt').map((row) => row.id),
  }
}
