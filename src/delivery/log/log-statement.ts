import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { AttemptRecord } from '../attempt/attempt.ts'
import { isFaultOfProxy } from '../attempt/egress-proxy.ts'
import { COUNT_HOURS } from './attempt-hours.ts'

/** What is logged: an attempt, and on whose behalf it was made. */
export interface LogEntry {
  /** Kept over repeated writes, so that an attempt is never logged twice. */
  id: string
  record: AttemptRecord
  endpointId: string
  organizationId: string
  /** The claim it was made under; undefined for attempts outside the lane. */
  claim: Claim | undefined
}

interface Claim {
  workerNumber: number
  epoch: string
}

/** How the endpoint stands after the write. */
export interface LogAnswer {
  /** False when another worker has the lane by now, or nobody. */
  held: boolean
  /** Undefined when the endpoint was deleted. */
  version: number | undefined
  active: boolean
  /** False when a delivery of the lane that failed in this write had been ended by somebody else. */
  moved: boolean
}

export function makeLogEntry(entry: Omit<LogEntry, 'id'>): LogEntry {
  return { id: randomUUID(), ...entry }
}

/**
 * Writes attempts and what follows from them in one statement.
 *
 * - Every attempt becomes a row, whoever holds the lane by now: it did happen.
 * - A success ends its delivery even then: the receiver has it. It would be sent again only if the
 *   lane's new worker had loaded it already. One that was cancelled meanwhile stays cancelled, unless
 *   a person asked for it since.
 * - A failure moves its delivery on only under the claim it was made under, so that a worker that
 *   lost its lane cannot undo what the new one decided.
 * - What receivers answered to a delivery whose person was erased meanwhile is not kept: see redact.ts.
 * - Attempts are counted by hour, for whoever looks at them over time.
 * - A lane's health is written when it changes, and otherwise once a second at most.
 * - Whoever ends a retry without holding the lane says so in it: see lane-line.ts. A success that comes
 *   late wakes the lane as well.
 *
 * The lane rows are locked in the order of their ids, like everywhere.
 */
export async function writeLog(pool: Pool, entries: readonly LogEntry[]): Promise<LogAnswer[]> {
  const lanes = summarize(entries)
  const found = await pool.query<LogAnswer & { lane: string }>({
    name: 'delivery-log',
    text: STATEMENT,
    values: [...toColumns(entries, lanes), ...toLaneColumns([...lanes.values()])],
  })
  const states = new Map(found.rows.map((row) => [Number(row.lane), row]))
  return entries.map((entry) => {
    const state = states.get(lanes.get(laneKey(entry))?.number ?? 0)
    return {
      held: state?.held ?? false,
      version: state?.version,
      active: state?.active ?? false,
      moved: state?.moved ?? false,
    }
  })
}

/** What a write says of one claim of one lane. */
interface LaneSummary {
  number: number
  endpointId: string
  organizationId: string
  claim: Claim | undefined
  /** Since the last success of this write */
  failures: number
  succeeded: boolean
  /** Deliveries that may have held back others, and do so no more */
  retriesEnded: number
  /** Deliveries that ended well. Who took the lane over may have tried them again, and failed. */
  done: number
}

function laneKey({ endpointId, claim }: LogEntry): string {
  return `${endpointId} ${claim?.epoch ?? ''}`
}

function summarize(entries: readonly LogEntry[]): Map<string, LaneSummary> {
  const lanes = new Map<string, LaneSummary>()
  for (const entry of entries) {
    const key = laneKey(entry)
    let lane = lanes.get(key)
    if (lane === undefined) {
      const { endpointId, organizationId, claim } = entry
      const number = lanes.size + 1
      const none = { failures: 0, succeeded: false, retriesEnded: 0, done: 0 }
      lane = { number, endpointId, organizationId, claim, ...none }
      lanes.set(key, lane)
    }
    if (standsAlone(entry.record)) continue
    const { attempt, next } = entry.record
    if (next.kind === 'exhausted' || (next.kind === 'done' && attempt > 1)) lane.retriesEnded++
    if (next.kind === 'done' && lane.claim !== undefined) lane.done++
    // Neither does a proxy of ours that cannot be passed.
    if (isFaultOfProxy(entry.record.failure)) continue
    lane.succeeded ||= entry.record.succeeded
    lane.failures = entry.record.succeeded ? 0 : lane.failures + 1
  }
  return lanes
}

/** Tests and questions: tried once, and no sign of how deliveries fare. */
const standsAlone = ({ trigger }: AttemptRecord) => trigger === 'TEST' || trigger === 'SYNC'

const ENTRY_COLUMNS = 21

/** Parameters $1 to $21 */
function toColumns(
  entries: readonly LogEntry[],
  lanes: ReadonlyMap<string, LaneSummary>,
): unknown[][] {
  const columns: unknown[][] = Array.from({ length: ENTRY_COLUMNS }, () => [])
  for (const entry of entries) {
    const { record } = entry
    const { exchange, next } = record
    const row = [
      entry.id,
      lanes.get(laneKey(entry))?.number,
      record.deliveryId,
      record.startedAtMs,
      record.attempt,
      record.trigger,
      record.failure ?? null,
      record.error ?? null,
      exchange.answer?.statusCode ?? null,
      record.requestHeaders,
      exchange.answer?.headers ?? null,
      exchange.answer?.body ?? null,
      exchange.answer?.truncated ?? false,
      exchange.remoteAddress ?? null,
      exchange.dnsMs ?? null,
      exchange.connectMs ?? null,
      exchange.tlsMs ?? null,
      exchange.firstByteMs ?? null,
      exchange.totalMs,
      standsAlone(record) && next.kind !== 'done' ? 'exhausted' : next.kind,
      next.kind === 'retry' || next.kind === 'disable' ? next.delayMs : null,
    ]
    for (const [index, value] of row.entries()) columns[index]?.push(value)
  }
  return columns
}

/** Parameters $22 to $29 */
function toLaneColumns(lanes: readonly LaneSummary[]): unknown[][] {
  return [
    lanes.map((lane) => lane.endpointId),
    lanes.map((lane) => lane.organizationId),
    lanes.map((lane) => lane.claim?.epoch ?? null),
    lanes.map((lane) => lane.claim?.workerNumber ?? null),
    lanes.map((lane) => lane.failures),
    lanes.map((lane) => lane.succeeded),
    lanes.map((lane) => lane.retriesEnded),
    lanes.map((lane) => lane.done),
  ]
}

const STATEMENT = `
  WITH given AS (
    SELECT * FROM unnest(
      $1::uuid[], $2::int[], $3::text[], $4::float8[], $5::int[], $6::webhook_attempt_trigger[],
      $7::text[], $8::text[], $9::int[], $10::text[], $11::text[], $12::text[], $13::bool[],
      $14::text[], $15::real[], $16::real[], $17::real[], $18::real[], $19::real[], $20::text[],
      $21::float8[])
      AS given(id, lane, delivery_id, started_ms, attempt, trigger,
               failure, error, status_code, request_headers, response_headers, response_body,
               truncated, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms,
               next, delay_ms)),
  touched AS (
    SELECT * FROM unnest($22::text[], $23::text[], $24::bigint[], $25::int[], $26::int[],
                         $27::bool[], $28::int[], $29::int[])
      WITH ORDINALITY AS touched(endpoint_id, organization_id, epoch, worker_id, failures,
                                 succeeded, retries_ended, done, number)),
  held AS MATERIALIZED (
    SELECT touched.number FROM touched JOIN delivery_lane AS lane USING (endpoint_id)
     WHERE lane.worker_id = touched.worker_id AND lane.epoch = touched.epoch),
  -- Successes that come after somebody else has taken the lane over. If they were tried again there,
  -- what stands behind them waits for a retry that will not come.
  late AS MATERIALIZED (
    SELECT endpoint_id, sum(done) AS done FROM touched
     WHERE done > 0 AND number NOT IN (SELECT number FROM held) GROUP BY endpoint_id),
  changed AS (
    SELECT lane.endpoint_id, touched.failures, touched.succeeded
      FROM touched JOIN delivery_lane AS lane USING (endpoint_id)
     WHERE touched.failures > 0
        OR (touched.retries_ended > 0 AND touched.number NOT IN (SELECT number FROM held))
        OR endpoint_id IN (SELECT endpoint_id FROM late)
        OR (touched.succeeded AND (lane.consecutive_failures > 0 OR lane.last_success_at IS NULL
                                   OR lane.last_success_at < now() - interval '1 second'))
     ORDER BY lane.endpoint_id FOR UPDATE OF lane),
  health AS (
    UPDATE delivery_lane AS lane
       SET consecutive_failures =
             changed.failures + CASE WHEN changed.succeeded THEN 0 ELSE lane.consecutive_failures END,
           failing_since = CASE
             WHEN changed.failures = 0 THEN NULL
             WHEN changed.succeeded OR lane.failing_since IS NULL THEN now()
             ELSE lane.failing_since END,
           last_failure_at = CASE WHEN changed.failures > 0 THEN now() ELSE lane.last_failure_at END,
           -- What was told of failures that are over counts no more; 100 belongs to a disabled one.
           warned_percent = CASE WHEN changed.succeeded AND lane.warned_percent < 100 THEN 0
                                 ELSE lane.warned_percent END,
           last_success_at = CASE WHEN changed.succeeded THEN now() ELSE lane.last_success_at END,
           -- Also what other claims of the same lane have ended in this write.
           retries_ended = lane.retries_ended
             + coalesce((SELECT sum(each.retries_ended) FROM touched AS each
                          WHERE each.endpoint_id = lane.endpoint_id
                            AND each.number NOT IN (SELECT number FROM held)), 0)
             + coalesce((SELECT late.done FROM late WHERE late.endpoint_id = lane.endpoint_id), 0),
           wake_at = CASE WHEN lane.endpoint_id IN (SELECT endpoint_id FROM late)
                          THEN date_trunc('milliseconds', now()) ELSE lane.wake_at END,
           woken = lane.woken OR (lane.worker_id IS NOT NULL
                                  AND lane.endpoint_id IN (SELECT endpoint_id FROM late))
      FROM changed WHERE lane.endpoint_id = changed.endpoint_id),
  moved AS (
    UPDATE webhook_delivery AS delivery
       SET status = CASE
             WHEN delivery.status = 'CANCELLED' AND given.trigger = 'SCHEDULED' THEN 'CANCELLED'
             WHEN given.next = 'done' THEN 'SUCCEEDED'
             WHEN delivery.status <> 'PENDING' THEN delivery.status
             WHEN given.next = 'exhausted' THEN 'EXHAUSTED'
             ELSE 'PENDING' END::webhook_delivery_status,
           attempt_count = greatest(delivery.attempt_count, given.attempt),
           next_attempt_at = CASE
             WHEN given.next IN ('retry', 'disable') AND delivery.status = 'PENDING'
               THEN now() + given.delay_ms * interval '1 millisecond' END,
           completed_at = CASE
             WHEN delivery.status = 'CANCELLED' AND given.trigger = 'SCHEDULED'
               THEN delivery.completed_at
             WHEN (given.next = 'done' AND delivery.status <> 'SUCCEEDED')
               OR (given.next = 'exhausted' AND delivery.status = 'PENDING')
               THEN now() ELSE delivery.completed_at END,
           -- Sent by hand after its time: no longer lost, and no measure of how fast sending is.
           told = delivery.told OR (given.next = 'done' AND given.trigger <> 'SCHEDULED'),
           last_status_code = given.status_code,
           last_error = given.failure
      FROM given JOIN touched ON touched.number = given.lane
     WHERE delivery.id = given.delivery_id
       AND (given.next = 'done' OR given.trigger <> 'SCHEDULED'
            OR (delivery.status = 'PENDING' AND touched.number IN (SELECT number FROM held)))
       -- Asked for here so that the lanes are locked before the deliveries, as everywhere.
       AND (SELECT count(*) FROM changed) >= 0
    RETURNING delivery.id, delivery.redacted_at),
  -- Whoever erases at this moment is waited for: a row is read as it is once it is locked. What was
  -- moved stands in FROM: PostgreSQL asks conditions again after such a wait, and cannot move twice.
  unmoved AS MATERIALIZED (
    SELECT delivery.id, delivery.redacted_at
      FROM (SELECT delivery_id FROM given EXCEPT SELECT id FROM moved) AS rest
      JOIN webhook_delivery AS delivery ON delivery.id = rest.delivery_id
       FOR SHARE OF delivery),
  redacted AS MATERIALIZED (
    SELECT id FROM moved WHERE redacted_at IS NOT NULL
    UNION ALL SELECT id FROM unmoved WHERE redacted_at IS NOT NULL),
  logged AS (
    INSERT INTO webhook_attempt
           (id, started_at, delivery_id, organization_id, endpoint_id, attempt, trigger, succeeded,
            failure, error, status_code, request_headers, response_headers, response_body,
            response_truncated, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms)
    SELECT given.id, to_timestamp(given.started_ms / 1000), given.delivery_id,
           touched.organization_id, touched.endpoint_id, given.attempt, given.trigger,
           given.failure IS NULL, given.failure, given.error, given.status_code,
           given.request_headers,
           CASE WHEN redacted.id IS NULL THEN given.response_headers END,
           CASE WHEN redacted.id IS NULL THEN given.response_body END,
           given.truncated, given.remote_address, given.dns_ms, given.connect_ms, given.tls_ms,
           given.first_byte_ms, given.total_ms
      FROM given JOIN touched ON touched.number = given.lane
      LEFT JOIN redacted ON redacted.id = given.delivery_id
    ON CONFLICT DO NOTHING RETURNING id),
  counted AS (${COUNT_HOURS})
  SELECT touched.number AS lane, held.number IS NOT NULL AS held, endpoint.version,
         endpoint.status = 'ACTIVE' AS active,
         NOT EXISTS (SELECT FROM given
                      WHERE given.lane = touched.number AND given.next IN ('retry', 'disable')
                        AND given.delivery_id NOT IN (SELECT id FROM moved)) AS moved
    FROM touched
    JOIN webhook_endpoint AS endpoint
      ON endpoint.id = touched.endpoint_id AND endpoint.deleted_at IS NULL
    LEFT JOIN held ON held.number = touched.number`
