import type { Pool } from 'pg'
import type { WebhookOrdering } from '../generated/prisma/enums.ts'
import type { SealedEndpoint } from './prepare.ts'

/** A lease: the worker renews it long before it ends, and stops sending when it could not. */
export const LEASE_MS = 60_000

/** A lane in this worker's hands. */
export interface ClaimedLane extends SealedEndpoint {
  epoch: string
  ordering: WebhookOrdering
  maxInFlight: number
  consecutiveFailures: number
}

interface ClaimRow {
  endpoint_id: string
  organization_id: string
  epoch: string
  version: number
  url: string
  headers_sealed: Buffer | null
  ordering: WebhookOrdering
  max_in_flight: number
  consecutive_failures: number
  secrets: Buffer[]
  expiries: (number | null)[]
}

/**
 * Takes the lanes that nobody holds. One that somebody holds needs nothing: whoever gave it work
 * marked it `woken` in the same transaction, and its worker looks again before letting go.
 */
export async function claimLanes(
  pool: Pool,
  workerNumber: number,
  endpointIds: readonly string[],
): Promise<ClaimedLane[]> {
  const result = await pool.query<ClaimRow>({
    name: 'lane-claim',
    text: `
      WITH free AS (
        SELECT lane.endpoint_id FROM delivery_lane AS lane
          JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
         WHERE lane.endpoint_id = ANY($1) AND lane.worker_id IS NULL
           AND endpoint.status = 'ACTIVE' AND endpoint.deleted_at IS NULL
         ORDER BY lane.endpoint_id FOR UPDATE OF lane),
      claimed AS (
        UPDATE delivery_lane AS lane
           SET worker_id = $2, epoch = lane.epoch + 1, woken = false,
               claimed_until = now() + $3 * interval '1 millisecond'
          FROM free WHERE lane.endpoint_id = free.endpoint_id
        RETURNING lane.endpoint_id, lane.epoch, lane.consecutive_failures)
      SELECT claimed.endpoint_id, endpoint.organization_id, claimed.epoch, endpoint.version,
             endpoint.url, endpoint.headers_sealed, endpoint.ordering, endpoint.max_in_flight,
             claimed.consecutive_failures, secret.secrets, secret.expiries
        FROM claimed JOIN webhook_endpoint AS endpoint ON endpoint.id = claimed.endpoint_id
       CROSS JOIN LATERAL (
         SELECT array_agg(sealed ORDER BY created, id) AS secrets,
                array_agg(extract(epoch FROM expires_at)::float8 * 1000 ORDER BY created, id) AS expiries
           FROM webhook_endpoint_secret AS secret WHERE secret.endpoint_id = claimed.endpoint_id
            AND (secret.expires_at IS NULL OR secret.expires_at > now())) AS secret`,
    values: [endpointIds, workerNumber, LEASE_MS],
  })
  return result.rows.map((row) => ({
    endpointId: row.endpoint_id,
    organizationId: row.organization_id,
    epoch: row.epoch,
    version: row.version,
    url: row.url,
    headersSealed: row.headers_sealed,
    ordering: row.ordering,
    maxInFlight: row.max_in_flight,
    consecutiveFailures: row.consecutive_failures,
    secrets: row.secrets.map((sealed, index) => ({
      sealed,
      expiresAtMs: row.expiries[index] ?? null,
    })),
  }))
}

export interface Release {
  endpointId: string
  epoch: string
}

export type Released =
  /** Work arrived meanwhile: the lane is still held. */
  | { kind: 'kept' }
  /** `wakeInMs`: until there is something to do, zero or less when there is already. */
  | { kind: 'released'; wakeInMs: number | undefined }
  /** Somebody else has it, or the endpoint was deleted. */
  | { kind: 'lost' }

/**
 * Lets lanes go, unless work arrived that their worker has not seen. When there is something to do
 * next is read from the deliveries themselves, in the statement that lets go: a delivery that
 * commits later sets `woken` first and so keeps the lane from being released.
 */
export async function releaseLanes(
  pool: Pool,
  workerNumber: number,
  lanes: readonly Release[],
): Promise<Released[]> {
  const result = await pool.query<{
    endpoint_id: string
    kept: boolean
    wake_in_ms: number | null
  }>({
    name: 'lane-release',
    text: `
      WITH mine AS (
        SELECT lane.endpoint_id FROM unnest($2::text[], $3::bigint[]) AS given(endpoint_id, epoch)
          JOIN delivery_lane AS lane USING (endpoint_id)
         WHERE lane.worker_id = $1 AND lane.epoch = given.epoch
         ORDER BY lane.endpoint_id FOR UPDATE OF lane)
      UPDATE delivery_lane AS lane
         SET worker_id = CASE WHEN lane.woken THEN lane.worker_id END,
             claimed_until = CASE WHEN lane.woken THEN lane.claimed_until END,
             wake_at = CASE WHEN lane.woken THEN lane.wake_at ELSE next.at END,
             woken = false
        FROM mine JOIN webhook_endpoint AS endpoint ON endpoint.id = mine.endpoint_id
       CROSS JOIN LATERAL (SELECT CASE WHEN endpoint.ordering = 'ENDPOINT' THEN
               (SELECT delivery.next_attempt_at FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence IS NOT NULL
                 ORDER BY delivery.sequence LIMIT 1)
             ELSE least(
               (SELECT min(delivery.next_attempt_at) FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence IS NOT NULL AND delivery.attempt_count > 0),
               (SELECT delivery.next_attempt_at FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence IS NOT NULL AND delivery.attempt_count = 0
                   AND (endpoint.ordering = 'NONE' OR NOT EXISTS (
                     SELECT 1 FROM webhook_delivery AS earlier
                      WHERE earlier.endpoint_id = delivery.endpoint_id
                        AND earlier.subject_id = delivery.subject_id
                        AND earlier.status = 'PENDING' AND earlier.sequence IS NOT NULL
                        AND earlier.attempt_count > 0))
                 ORDER BY delivery.sequence LIMIT 1)) END AS at) AS next
       WHERE lane.endpoint_id = mine.endpoint_id
      RETURNING lane.endpoint_id, lane.worker_id IS NOT NULL AS kept,
                extract(epoch FROM lane.wake_at - clock_timestamp())::float8 * 1000 AS wake_in_ms`,
    values: [workerNumber, lanes.map((lane) => lane.endpointId), lanes.map((lane) => lane.epoch)],
  })
  const rows = new Map(result.rows.map((row) => [row.endpoint_id, row]))
  return lanes.map(({ endpointId }): Released => {
    const row = rows.get(endpointId)
    if (row === undefined) return { kind: 'lost' }
    if (row.kept) return { kind: 'kept' }
    return { kind: 'released', wakeInMs: row.wake_in_ms ?? undefined }
  })
}

/** @returns the lanes that are still this worker's, now for another lease. */
export async function renewLanes(
  pool: Pool,
  workerNumber: number,
  lanes: readonly Release[],
): Promise<Set<string>> {
  const result = await pool.query<{ endpoint_id: string }>({
    name: 'lane-renew',
    text: `
      WITH mine AS (
        SELECT lane.endpoint_id FROM unnest($2::text[], $3::bigint[]) AS given(endpoint_id, epoch)
          JOIN delivery_lane AS lane USING (endpoint_id)
         WHERE lane.worker_id = $1 AND lane.epoch = given.epoch
         ORDER BY lane.endpoint_id FOR UPDATE OF lane)
      UPDATE delivery_lane AS lane SET claimed_until = now() + $4 * interval '1 millisecond'
        FROM mine WHERE lane.endpoint_id = mine.endpoint_id
      RETURNING lane.endpoint_id`,
    values: [
      workerNumber,
      lanes.map((lane) => lane.endpointId),
      lanes.map((lane) => lane.epoch),
      LEASE_MS,
    ],
  })
  return new Set(result.rows.map((row) => row.endpoint_id))
}
