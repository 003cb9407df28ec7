import type { Pool } from 'pg'
import { type Outside, OUTSIDE_COLUMNS, type OutsideAttempter } from './attempt-outside.ts'

/**
 * A worker that dies in the middle: another one may try again after this. Longer than waiting for room and
 * the longest WEBHOOK_TIMEOUT.
 */
const CLAIM_MS = 120_000

interface Dependencies {
  pool: Pool
  attempt: OutsideAttempter
}

/**
 * One attempt outside the lane, as a person asked for it: a test send, or a retry of what is no
 * longer pending. Order is not kept, and the request says so. Does nothing when nobody asks any
 * more: the claim is the delivery's `next_attempt_at`, which the log takes away.
 */
export async function attemptNow(
  { pool, attempt }: Dependencies,
  deliveryId: string,
): Promise<void> {
  const claimed = await claim(pool, deliveryId)
  if (claimed === undefined) return
  await attempt(() => load(pool, deliveryId), claimed.isTest ? 'TEST' : 'MANUAL')
}

async function claim(pool: Pool, deliveryId: string): Promise<{ isTest: boolean } | undefined> {
  const result = await pool.query<{ isTest: boolean }>({
    name: 'attempt-now-claim',
    text: `
      UPDATE webhook_delivery SET next_attempt_at = now() + $2 * interval '1 millisecond'
       WHERE id = $1 AND next_attempt_at <= now() AND (status <> 'PENDING' OR sequence IS NULL)
      RETURNING sequence IS NULL AS "isTest"`,
    values: [deliveryId, CLAIM_MS],
  })
  return result.rows[0]
}

async function load(pool: Pool, deliveryId: string): Promise<Outside | undefined> {
  const result = await pool.query<Outside>({
    name: 'attempt-now-load',
    text: `
      SELECT ${OUTSIDE_COLUMNS}
        FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint
          ON endpoint.id = delivery.endpoint_id AND endpoint.deleted_at IS NULL
        LEFT JOIN event ON event.id = delivery.event_id
       WHERE delivery.id = $1`,
    values: [deliveryId],
  })
  return result.rows[0]
}
