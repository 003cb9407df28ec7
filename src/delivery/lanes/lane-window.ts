import type { Pool } from 'pg'
import type { Mark } from '../../database/memory/memory-lease.ts'
import type { WebhookOrdering } from '../../generated/prisma/enums.ts'
import type { Waiting } from './lane/eligibility.ts'

/** A pending delivery as a lane holds it in memory. */
export interface LaneDelivery extends Waiting {
  id: string
  eventId: string
  eventType: string
  subjectId: string
  /** As text: it is only ever sent and compared by the database. */
  sequence: string
  attemptCount: number
  /** Since its first attempt became due, when loaded */
  ageMs: number
  /** When it was loaded, on this process's clock (performance.now) */
  loadedMs: number
  /** Taken before it was loaded */
  read: Mark
  body: string
  /** The body is the delivery's own and stays what it is. */
  ownBody: boolean
  /** Of the event, where it is too large and the body is reduced */
  wholeBytes: number | undefined
  /** Sequences that were skipped just before it: "3-9" */
  skippedBefore: string | undefined
}

export interface WindowRequest {
  endpointId: string
  ordering: WebhookOrdering
  /**
   * Only what comes after this sequence, and retries before it that are due (not with ordering
   * ENDPOINT); 0 for all.
   */
  after: number
  /** With ordering OBJECT: nothing of these. */
  skippedSubjects: readonly string[]
  /** With ordering OBJECT: of these also what comes before `after`, unless a retry holds it back. */
  freedSubjects: readonly string[]
  /** Nothing that was tried before, nor what stands behind it: there is no room for it (not with ENDPOINT). */
  untried: boolean
  maxRows: number
  /** The first delivery comes whatever its size; others only while the sum stays below this. */
  maxBytes: number
}

export interface Window {
  deliveries: LaneDelivery[]
  /** There may be more than fitted. */
  cut: boolean
  /** Some of it was not admitted, and is over. */
  skipped: boolean
  /** Until the next retry is due, where a lane does not wait for its head anyway. */
  retryInMs: number | undefined
  /** Nothing up to this sequence may start but what is in `deliveries`, and retries once due … */
  through: number
  /** … as long as this is what the database says. */
  retriesEnded: string
}

/** `endpoint` has more terms than its selection: see admission.ts. */
export const ON_TERMS = `(endpoint.integration_id IS NOT NULL OR endpoint.payload_hash IS NOT NULL
                OR endpoint.max_body_bytes IS NOT NULL)`

/**
 * What of an endpoint was skipped just before a delivery, as the receiver is told: "3-9". Told by the
 * first delivery behind it, and by the next one where that was not sent or given up: few can be.
 *
 * @param lane name of a row with the lane's `endpoint_id`, `skipped_first` and `skipped_through`
 * @param sequence of the delivery
 */
export const skippedBefore = (lane: string, sequence: string) => `
  CASE WHEN ${lane}.skipped_first IS NOT NULL AND ${sequence} > ${lane}.skipped_through
        AND ${sequence} <= ${lane}.skipped_through + 50
        AND NOT EXISTS (
              SELECT 1 FROM webhook_delivery AS earlier
               WHERE earlier.endpoint_id = ${lane}.endpoint_id
                 AND earlier.sequence > ${lane}.skipped_through AND earlier.sequence < ${sequence}
                 AND earlier.status IN ('PENDING', 'SUCCEEDED'))
       THEN ${lane}.skipped_first || '-' || ${lane}.skipped_through END`

/** The bytes of the event where `delivery` is sent reduced; null where it is sent whole. */
export const wholeBytes = (delivery: string) =>
  `CASE WHEN ${delivery}.payload_key = 'reduced' THEN octet_length(event.body) END`

/** Columns of `WINDOW`, in a lane's row or beside null ids for a lane that has nothing. */
export interface WindowRow {
  id: string | null
  event_id: string
  event_type: string
  subject_id: string
  sequence: string
  attempt_count: number
  age_ms: number
  wait_ms: number
  body: string
  own_body: boolean
  whole_bytes: number | null
  skipped_before: string | null
  found_rows: string
  retry_in_ms: number | null
  after: string
  last_sequence: string
  retries_ended: string
}

/**
 * What nobody has tried is due since it is there. Its time says nothing: `now()` is when this
 * statement came in, and on a busy machine others begin and commit before it looks.
 */
const IS_DUE = `(delivery.attempt_count = 0 OR delivery.next_attempt_at <= now())`

/**
 * `earlier` is one of the subject of `delivery` that waits for its next attempt, or is due.
 *
 * @param lane name of a row with the lane's `endpoint_id` and `skipped_through`
 */
export const isTriedOfSubject = (lane: string) => `earlier.endpoint_id = ${lane}.endpoint_id
                       AND earlier.subject_id = delivery.subject_id
                       AND earlier.status = 'PENDING' AND earlier.sequence IS NOT NULL
                       AND earlier.sequence > ${lane}.skipped_through
                       AND earlier.attempt_count > 0`
const IS_TRIED_OF_SUBJECT = isTriedOfSubject('state')

/**
 * Not held back by an earlier delivery of the subject that waits for its next attempt; nor, behind where
 * the line is read from, by one before that: others that it held back stand there too.
 */
const IS_FREE = `(lane.ordering = 'NONE' OR (
                    delivery.subject_id <> ALL (string_to_array(lane.skipped, E'\\n'))
                    AND NOT EXISTS (
                    SELECT 1 FROM webhook_delivery AS earlier
                     WHERE ${IS_TRIED_OF_SUBJECT}
                       AND (((earlier.next_attempt_at > now() OR lane.untried)
                             AND earlier.sequence < delivery.sequence)
                            OR (earlier.sequence <= lane.after AND delivery.sequence > lane.after)))))`

/**
 * What a lane has to send next, joined to rows `lane` (endpoint_id, ordering, after, skipped, freed,
 * untried, max_rows, max_bytes) and `state` (its delivery_lane): with ordering ENDPOINT the head of the line whether or
 * not it is due, otherwise what is due now and not held back by an earlier delivery of its subject.
 * What was skipped, see webhooks/buffered.ts, is passed over though it may not be cancelled yet.
 * All times are spans measured by the database's clock, so that clocks that differ between machines
 * shift nothing.
 *
 * The line is read from `after` on and no further than needed; of what stands before it only retries
 * that are due and what a retry that ended held back, each by an index of its own. So what is held
 * back costs no more than one look, and retries cost what is taken of them, however many are due.
 */
export const WINDOW = `
  CROSS JOIN LATERAL (
    SELECT CASE WHEN lane.ordering <> 'ENDPOINT' THEN
      (SELECT extract(epoch FROM delivery.next_attempt_at - now())::float8 * 1000
         FROM webhook_delivery AS delivery
        WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.status = 'PENDING'
          AND delivery.sequence IS NOT NULL
          AND delivery.sequence > state.skipped_through AND delivery.attempt_count > 0
          AND delivery.next_attempt_at > now()
        ORDER BY delivery.next_attempt_at LIMIT 1) END AS retry_in_ms) AS retry
   LEFT JOIN LATERAL (
    SELECT sized.* FROM (
      SELECT due.id, due.event_id, due.event_type, due.subject_id, due.sequence, due.attempt_count,
             extract(epoch FROM now() - greatest(due.due_at, state.resumed_at))::float8
               * 1000 AS age_ms,
             CASE WHEN due.attempt_count > 0
                  THEN extract(epoch FROM due.next_attempt_at - now())::float8 * 1000
                  ELSE 0 END AS wait_ms,
             coalesce(due.body, event.body, '') AS body, due.body IS NOT NULL AS own_body,
             ${wholeBytes('due')} AS whole_bytes,
             count(*) OVER () AS found_rows,
             sum(octet_length(coalesce(due.body, event.body, ''))) OVER (ORDER BY due.sequence)
               - octet_length(coalesce(due.body, event.body, '')) AS bytes_before
        FROM (
          (SELECT delivery.* FROM webhook_delivery AS delivery
            WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.status = 'PENDING'
              AND delivery.sequence IS NOT NULL
              AND delivery.sequence > greatest(lane.after, state.skipped_through)
              AND (lane.ordering = 'ENDPOINT'
                   OR (${IS_DUE} AND ${IS_FREE} AND (delivery.attempt_count = 0 OR NOT lane.untried)))
            ORDER BY delivery.sequence LIMIT lane.max_rows)
          UNION ALL
          (SELECT delivery.* FROM (
             -- In this order, so that it is read by the index that holds nothing else, and only as
             -- far as it is wanted.
             SELECT * FROM webhook_delivery AS retry
              WHERE lane.ordering <> 'ENDPOINT' AND lane.after > 0 AND NOT lane.untried
                AND retry.endpoint_id = lane.endpoint_id AND retry.status = 'PENDING'
                AND retry.sequence IS NOT NULL AND retry.attempt_count > 0
                AND retry.next_attempt_at <= now()
              ORDER BY retry.next_attempt_at OFFSET 0) AS delivery
            WHERE delivery.sequence <= lane.after AND delivery.sequence > state.skipped_through
              AND ${IS_FREE}
              -- Of each subject the first.
              AND (lane.ordering = 'NONE' OR NOT EXISTS (
                    SELECT 1 FROM webhook_delivery AS earlier
                     WHERE ${IS_TRIED_OF_SUBJECT} AND earlier.sequence < delivery.sequence))
            ORDER BY delivery.next_attempt_at LIMIT lane.max_rows)
          UNION ALL
          (SELECT untried.* FROM (
             SELECT delivery.subject_id,
                    (SELECT min(earlier.sequence) FROM webhook_delivery AS earlier
                      WHERE ${IS_TRIED_OF_SUBJECT}) AS tried
               FROM unnest(string_to_array(lane.freed, E'\\n')) AS delivery(subject_id)
             OFFSET 0) AS freed
            CROSS JOIN LATERAL (
                  SELECT * FROM webhook_delivery AS delivery
                   WHERE delivery.endpoint_id = lane.endpoint_id
                     AND delivery.subject_id = freed.subject_id AND delivery.status = 'PENDING'
                     AND delivery.sequence IS NOT NULL AND delivery.attempt_count = 0
                     AND delivery.sequence <= least(lane.after, freed.tried)
                     AND delivery.sequence > state.skipped_through
                   ORDER BY delivery.sequence LIMIT lane.max_rows) AS untried
            ORDER BY untried.sequence LIMIT lane.max_rows)
          ORDER BY sequence LIMIT lane.max_rows) AS due
        LEFT JOIN event ON event.id = due.event_id) AS sized
     WHERE sized.bytes_before < lane.max_bytes) AS found ON true`

export const WINDOW_COLUMNS = `found.id, found.event_id, found.event_type, found.subject_id, found.sequence,
  found.attempt_count, found.age_ms, found.wait_ms, found.body, found.own_body, found.whole_bytes, found.found_rows, retry.retry_in_ms,
  ${skippedBefore('state', 'found.sequence')} AS skipped_before,
  lane.after, state.last_sequence, state.retries_ended`

/** What some lanes have to send next, read in one statement. */
export async function loadWindows(
  pool: Pool,
  read: Mark,
  requests: readonly WindowRequest[],
): Promise<Window[]> {
  const result = await pool.query<WindowRow & { lane: string }>({
    name: 'lane-load',
    text: `
      SELECT lane.number AS lane, ${WINDOW_COLUMNS}
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::int[],
                    $7::bigint[], $8::bool[]) WITH ORDINALITY
             AS lane(endpoint_id, ordering, after, skipped, freed, max_rows, max_bytes, untried, number)
        JOIN delivery_lane AS state ON state.endpoint_id = lane.endpoint_id ${WINDOW}
       ORDER BY lane.number, found.sequence`,
    values: [
      requests.map((request) => request.endpointId),
      requests.map((request) => request.ordering),
      requests.map((request) => request.after),
      requests.map((request) => request.skippedSubjects.join('\n')),
      requests.map((request) => request.freedSubjects.join('\n')),
      requests.map((request) => request.maxRows),
      requests.map((request) => request.maxBytes),
      requests.map((request) => request.untried),
    ],
  })
  const byLane = Map.groupBy(result.rows, (row) => Number(row.lane))
  return requests.map((request, index) =>
    toWindow(byLane.get(index + 1) ?? [], read, request.maxRows),
  )
}

/** One lane's rows, in order. */
export function toWindow(rows: readonly WindowRow[], read: Mark, maxRows: number): Window {
  const loadedMs = performance.now()
  const deliveries: LaneDelivery[] = []
  for (const row of rows) {
    if (row.id === null) continue
    deliveries.push({
      id: row.id,
      eventId: row.event_id,
      eventType: row.event_type,
      subjectId: row.subject_id,
      sequence: row.sequence,
      attemptCount: row.attempt_count,
      ageMs: row.age_ms,
      waitMs: row.wait_ms,
      loadedMs,
      read,
      body: row.body,
      ownBody: row.own_body,
      wholeBytes: row.whole_bytes ?? undefined,
      skippedBefore: row.skipped_before ?? undefined,
    })
  }
  const found = deliveries.length === 0 ? 0 : Number(rows[0]?.found_rows)
  const cut = found > deliveries.length || (found > 0 && found >= maxRows)
  const after = Number(rows[0]?.after ?? 0)
  return {
    deliveries,
    cut,
    skipped: false,
    retryInMs: rows[0]?.retry_in_ms ?? undefined,
    through: cut
      ? Math.max(after, Number(deliveries.at(-1)?.sequence))
      : Number(rows[0]?.last_sequence ?? 0),
    retriesEnded: rows[0]?.retries_ended ?? '0',
  }
}
