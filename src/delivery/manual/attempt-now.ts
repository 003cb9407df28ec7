import type { Pool } from 'pg'
import { type Outside, OUTSIDE_COLUMNS, type OutsideAttempter } from './attempt-outside.ts'

/** A worker that dies in the middle: another one may try again after this. */
const CLAIM_MS = 120_000

/**
 * One attempt outside the lane, as a person asked for it: a test send, or a retry of what is no
 * longer pending. Order is not kept, and the request says so. Does nothing when nobody asks any
 * more: the claim is the delivery's `next_attempt_at`, which the log takes away.
 */
export async function attemptNow(
  pool: Pool,
  attempt: OutsideAttempter,
  deliveryId: string,
): Promise<void> {
  const row = await claim(pool, deliveryId)
  if (row === undefined) return
  await attempt(row, row.sequence === null ? 'TEST' : 'MANUAL')
}

async function claim(pool: Pool, deliveryId: string): Promise<Outside | undefined> {
  const result = await pool.query<Outside>({
    name: 'attempt-now-claim',
    text: `
      WITH delivery AS (
        UPDATE webhook_delivery SET next_attempt_at = now() + $2 * interval '1 millisecond'
         WHERE id = $1 AND next_attempt_at <= now() AND (status <> 'PENDING' OR sequence IS NULL)
        RETURNING *)
      SELECT ${OUTSIDE_COLUMNS}
        FROM delivery
        JOIN webhook_endpoint AS endpoint
          ON endpoint.id = delivery.endpoint_id AND endpoint.deleted_at IS NULL
        LEFT JOIN event ON event.id = delivery.event_id`,
    values: [deliveryId, CLAIM_MS],
  })
  return result.rows[0]
}
