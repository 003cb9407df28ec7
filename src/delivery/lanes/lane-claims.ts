import type { Pool, PoolClient } from 'pg'
import type { Mark } from '../../database/memory/memory-lease.ts'
import type { WebhookOrdering } from '../../generated/prisma/enums.ts'
import type { KnownLine } from './lane/lane-line.ts'
import {
  isTriedOfSubject,
  ON_TERMS,
  toWindow,
  WINDOW,
  WINDOW_COLUMNS,
  type Window,
  type WindowRow,
} from './lane-window.ts'

/** A lease: the worker renews it long before it ends, and stops sending when it could not. */
export const LEASE_MS = 60_000

/** A lane in this worker's hands, with the first of what it has to send. */
export interface ClaimedLane {
  endpointId: string
  organizationId: string
  /** Of the endpoint, when claimed */
  version: number
  /** Taken before that was read */
  read: Mark
  epoch: string
  ordering: WebhookOrdering
  maxInFlight: number
  consecutiveFailures: number
  /** It has an integration, a document or a limit, so that its deliveries need admission. */
  onTerms: boolean
  /** Where its window begins: zero, or what is known of the line from the claim before. */
  after: number
  window: Window
}

interface ClaimRow extends WindowRow {
  endpoint_id: string
  organization_id: string
  version: number
  epoch: string
  ordering: WebhookOrdering
  max_in_flight: number
  consecutive_failures: number
  on_terms: boolean
  max_rows: number
  behind: boolean
  outdated: boolean
}

/**
 * Takes the lanes that nobody holds and reads what they have to send. One that somebody holds needs
 * nothing: whoever gave it work marked it `woken` in the same transaction, and its worker looks
 * again before letting go.
 *
 * The statement may have waited for a lane whose lock somebody held. Then it sees the lanes as they
 * were left, but not yet the deliveries: `behind` says that a dispatcher has put more there, and
 * `outdated` that another worker has had the lane meanwhile. The lane loads again.
 *
 * @param read taken before
 * @param options.dueOnly not those that wait for the next try of their head
 * @param options.knownLines what this worker found when it had a lane last; it holds as long as
 *   nobody else has had the lane since and the endpoint is as it was
 */
export async function claimLanes(
  client: Pool | PoolClient,
  workerNumber: number,
  read: Mark,
  endpointIds: readonly string[],
  size: { rows: number; bytes: number },
  {
    dueOnly = false,
    knownLines = new Map(),
  }: { dueOnly?: boolean; knownLines?: ReadonlyMap<string, KnownLine> } = {},
): Promise<ClaimedLane[]> {
  const known = endpointIds.flatMap((endpointId) => {
    const line = knownLines.get(endpointId)
    return line === undefined ? [] : [[endpointId, line] as const]
  })
  const result = await client.query<ClaimRow>({
    name: 'lane-claim',
    text: `
      WITH free AS (
        SELECT lane.endpoint_id FROM delivery_lane AS lane
          JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
         WHERE lane.endpoint_id = ANY($1) AND lane.worker_id IS NULL
           AND endpoint.status = 'ACTIVE' AND endpoint.deleted_at IS NULL
           AND (NOT $6 OR lane.wake_at <= now())
         ORDER BY lane.endpoint_id FOR UPDATE OF lane),
      claimed AS (
        UPDATE delivery_lane AS lane
           SET worker_id = $2, epoch = lane.epoch + 1, woken = false,
               claimed_until = now() + $3 * interval '1 millisecond'
          FROM free WHERE lane.endpoint_id = free.endpoint_id
        RETURNING lane.endpoint_id, lane.epoch, lane.consecutive_failures, lane.last_sequence),
      lane AS (
        SELECT claimed.*, endpoint.organization_id, endpoint.version, endpoint.max_in_flight,
               ${ON_TERMS} AS on_terms,
               endpoint.ordering,
               CASE WHEN known.epoch + 1 = claimed.epoch AND known.version = endpoint.version
                     AND known.retries_ended = before.retries_ended
                    THEN known.through ELSE 0 END AS after, '' AS skipped, '' AS freed, false AS untried,
               $5::bigint AS max_bytes,
               -- Behind a head that failed last time there is nothing to read ahead for.
               CASE WHEN endpoint.ordering = 'ENDPOINT' AND claimed.consecutive_failures > 0
                    THEN 1 ELSE $4::int END AS max_rows
          FROM claimed JOIN webhook_endpoint AS endpoint ON endpoint.id = claimed.endpoint_id
          -- As it is seen together with the deliveries.
          JOIN delivery_lane AS before ON before.endpoint_id = claimed.endpoint_id
          LEFT JOIN unnest($7::text[], $8::bigint[], $9::int[], $10::bigint[], $11::bigint[])
                    AS known(endpoint_id, epoch, version, through, retries_ended)
            ON known.endpoint_id = claimed.endpoint_id)
      SELECT lane.endpoint_id, lane.organization_id, lane.version, lane.epoch, lane.ordering,
             lane.max_in_flight, lane.consecutive_failures, lane.on_terms, lane.max_rows,
             lane.last_sequence <> state.last_sequence AS behind,
             lane.epoch <> state.epoch + 1 AS outdated, ${WINDOW_COLUMNS}
        FROM lane JOIN delivery_lane AS state ON state.endpoint_id = lane.endpoint_id ${WINDOW}
       ORDER BY lane.endpoint_id, found.sequence`,
    values: [
      endpointIds,
      workerNumber,
      LEASE_MS,
      size.rows,
      size.bytes,
      dueOnly,
      known.map(([endpointId]) => endpointId),
      known.map(([, line]) => line.epoch),
      known.map(([, line]) => line.version),
      known.map(([, line]) => line.through),
      known.map(([, line]) => line.retriesEnded),
    ],
  })
  const byEndpoint = Map.groupBy(result.rows, (row) => row.endpoint_id)
  return Array.from(byEndpoint.values(), (rows) => toClaimedLane(rows, read))
}

function toClaimedLane(rows: readonly ClaimRow[], read: Mark): ClaimedLane {
  const row = rows[0]
  if (row === undefined) throw new Error('a claimed lane without a row')
  const found = toWindow(rows, read, row.max_rows)
  const window = row.outdated ? { ...found, deliveries: [], cut: true, through: 0 } : found
  return {
    endpointId: row.endpoint_id,
    organizationId: row.organization_id,
    version: row.version,
    read,
    epoch: row.epoch,
    ordering: row.ordering,
    maxInFlight: row.max_in_flight,
    consecutiveFailures: row.consecutive_failures,
    onTerms: row.on_terms,
    after: Number(row.after),
    window: { ...window, cut: window.cut || row.behind },
  }
}

export interface Release {
  endpointId: string
  epoch: string
}

/** A release, and what its worker knows of the line. */
export interface ReleaseRequest extends Release, Pick<Window, 'through' | 'retriesEnded'> {}

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
  lanes: readonly ReleaseRequest[],
): Promise<Released[]> {
  const result = await pool.query<{
    endpoint_id: string
    kept: boolean
    wake_in_ms: number | null
  }>({
    name: 'lane-release',
    text: `
      WITH mine AS (
        SELECT lane.endpoint_id, lane.skipped_through,
               CASE WHEN lane.retries_ended = given.retries_ended THEN given.through ELSE 0 END AS through
          FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
               AS given(endpoint_id, epoch, through, retries_ended)
          JOIN delivery_lane AS lane USING (endpoint_id)
         WHERE lane.worker_id = $1 AND lane.epoch = given.epoch
         ORDER BY lane.endpoint_id FOR UPDATE OF lane)
      UPDATE delivery_lane AS lane
         SET worker_id = CASE WHEN lane.woken THEN lane.worker_id END,
             claimed_until = CASE WHEN lane.woken THEN lane.claimed_until END,
             -- What is due already has been waiting for somebody since now, not since it was due.
             wake_at = CASE WHEN lane.woken THEN lane.wake_at
                            WHEN next.at < now() THEN date_trunc('milliseconds', now())
                            ELSE next.at END,
             woken = false
        FROM mine JOIN webhook_endpoint AS endpoint ON endpoint.id = mine.endpoint_id
       CROSS JOIN LATERAL (SELECT CASE WHEN endpoint.ordering <> 'ENDPOINT' THEN
               (SELECT delivery.next_attempt_at FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence IS NOT NULL AND delivery.sequence > mine.skipped_through
                   AND delivery.attempt_count > 0
                   -- Behind another one of its record it waits for that one.
                   AND (endpoint.ordering = 'NONE' OR NOT EXISTS (
                     SELECT 1 FROM webhook_delivery AS earlier
                      WHERE ${isTriedOfSubject('mine')}
                        AND earlier.sequence < delivery.sequence))
                 ORDER BY delivery.next_attempt_at LIMIT 1) END AS at) AS retry
       CROSS JOIN LATERAL (SELECT CASE WHEN endpoint.ordering = 'ENDPOINT' THEN
               (SELECT delivery.next_attempt_at FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence > mine.skipped_through
                 ORDER BY delivery.sequence LIMIT 1)
             ELSE least(retry.at,
               (SELECT delivery.next_attempt_at FROM webhook_delivery AS delivery
                 WHERE delivery.endpoint_id = mine.endpoint_id AND delivery.status = 'PENDING'
                   AND delivery.sequence IS NOT NULL AND delivery.attempt_count = 0
                   -- Where no retry waits nothing is held back, whatever the worker thinks.
                   AND delivery.sequence > greatest(
                         mine.skipped_through, CASE WHEN retry.at IS NOT NULL THEN mine.through END)
                   AND (endpoint.ordering = 'NONE' OR NOT EXISTS (
                     SELECT 1 FROM webhook_delivery AS earlier
                      WHERE ${isTriedOfSubject('mine')}))
                 ORDER BY delivery.sequence LIMIT 1)) END AS at) AS next
       WHERE lane.endpoint_id = mine.endpoint_id
      RETURNING lane.endpoint_id, lane.worker_id IS NOT NULL AS kept,
                extract(epoch FROM lane.wake_at - clock_timestamp())::float8 * 1000 AS wake_in_ms`,
    values: [
      workerNumber,
      lanes.map((lane) => lane.endpointId),
      lanes.map((lane) => lane.epoch),
      lanes.map((lane) => lane.through),
      lanes.map((lane) => lane.retriesEnded),
    ],
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
