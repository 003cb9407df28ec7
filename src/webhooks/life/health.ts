import type { Pool } from 'pg'

/** How sending to an endpoint fares, measured on its latest deliveries. */
export interface Measures {
  /** Exact up to 1,000, beyond that an upper bound. */
  pending: number
  oldestPendingAt: Date | null
  /** From the commit of the change to the 2xx, milliseconds. */
  p50Ms: number | null
  p95Ms: number | null
  /** Share of the attempts that succeeded, 0–1. */
  successRate: number | null
  /** Seconds until nothing waits, at the pace of the last minute. */
  drainSeconds: number | null
}

/** Pending deliveries that are counted one by one. */
const COUNTED = 1_000
/** Deliveries of each of the two samples: the newest, and those before the first that waits. */
const SAMPLE = 200

interface Row {
  endpoint_id: string
  active: boolean
  counted: string
  span: string | null
  oldest: Date | null
  p50: number | null
  p95: number | null
  success_rate: number | null
  per_second: number | null
}

/**
 * Measures endpoints in one statement. What it reads of each is bounded, whatever is in the table:
 * the first pending delivery, up to 1,000 entries of the index of pending ones, and 400 deliveries
 * with their events. Two samples, because behind a backlog the newest deliveries all wait, and past
 * a record that blocks only itself the newest are all done.
 */
export async function measureEndpoints(
  pool: Pool,
  organizationId: string,
  endpointIds: readonly string[],
): Promise<Map<string, Measures>> {
  const result = await pool.query<Row>({
    name: 'endpoint-health',
    text: `
      SELECT lane.endpoint_id, endpoint.status = 'ACTIVE' AS active, pending.counted,
             lane.last_sequence - head.sequence + 1 AS span, head.created AS oldest,
             stats.p50, stats.p95, stats.success_rate, stats.per_second
        FROM delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
        LEFT JOIN LATERAL (
          SELECT sequence, created FROM webhook_delivery AS delivery
           WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.status = 'PENDING'
             AND delivery.sequence > lane.skipped_through
           ORDER BY delivery.sequence LIMIT 1) AS head ON true
       CROSS JOIN LATERAL (
          SELECT count(*) AS counted FROM (
            SELECT FROM webhook_delivery AS delivery
             WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.status = 'PENDING'
               AND delivery.sequence > lane.skipped_through
             -- In order, or a bitmap of all of them is made before the first is counted.
             ORDER BY delivery.sequence LIMIT ${COUNTED + 1}) AS waiting) AS pending
       CROSS JOIN LATERAL (
          SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took_ms) AS p50,
                 percentile_disc(0.95) WITHIN GROUP (ORDER BY took_ms) AS p95,
                 count(*) FILTER (WHERE status = 'SUCCEEDED')::float8 / nullif(sum(attempt_count), 0)
                   AS success_rate,
                 count(*) FILTER (WHERE is_recent) / greatest(0.05,
                   extract(epoch FROM now() - min(completed_at) FILTER (WHERE is_recent)))::float8
                   AS per_second
            FROM (
              SELECT sample.*,
                     sample.completed_at > now() - interval '1 minute' AND sample.status <> 'CANCELLED'
                       AS is_recent,
                     -- An event's time is that of its command, which its commit follows at once.
                     CASE WHEN sample.status = 'SUCCEEDED' AND NOT sample.told
                          THEN extract(epoch FROM sample.completed_at - event.created)::float8 * 1000
                          END AS took_ms
                FROM (
                  (${sampleWhere('true')})
                  UNION
                  (${sampleWhere('delivery.sequence < head.sequence')})) AS sample
                LEFT JOIN event ON event.id = sample.event_id) AS measured) AS stats
       WHERE lane.endpoint_id = ANY($1) AND lane.organization_id = $2`,
    values: [endpointIds, organizationId],
  })
  return new Map(result.rows.map((row) => [row.endpoint_id, toMeasures(row)]))
}

function sampleWhere(condition: string): string {
  return `SELECT delivery.id, delivery.event_id, delivery.status, delivery.told,
                 delivery.attempt_count, delivery.completed_at
            FROM webhook_delivery AS delivery
           WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.sequence IS NOT NULL
             AND ${condition}
           ORDER BY delivery.sequence DESC LIMIT ${SAMPLE}`
}

function toMeasures(row: Row): Measures {
  const counted = Number(row.counted)
  const pending = counted > COUNTED ? Number(row.span) : counted
  return {
    pending,
    oldestPendingAt: row.oldest,
    p50Ms: row.p50,
    p95Ms: row.p95,
    successRate: row.success_rate,
    drainSeconds: predictDrain(pending, row),
  }
}

function predictDrain(pending: number, row: Row): number | null {
  if (pending === 0) return 0
  if (!row.active || row.per_second === null || row.per_second === 0) return null
  return pending / row.per_second
}
