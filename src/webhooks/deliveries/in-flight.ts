import type { UnitOfWork } from '../../database/unit-of-work.ts'

/** Deliveries in front of one that are looked at: more wait behind few records only in OBJECT order. */
const LOOKED_AT = 500

/**
 * Those of some deliveries that are being sent at this moment, or in the next one: a worker has them in
 * hand, so that nothing can be tried sooner. Requests under way are known to their worker alone; what it
 * has begun follows from what it holds and the order that it keeps. Their endpoints must be locked.
 *
 * - In its line a delivery is begun when it is due, as far as its order and `max_in_flight` go.
 * - Outside of it whoever sends it claims it by putting `next_attempt_at` ahead (attempt-now.ts).
 */
export async function findInFlight(unit: UnitOfWork, ids: readonly string[]): Promise<Set<string>> {
  const found = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT delivery.id
      FROM webhook_delivery AS delivery
      JOIN webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
      JOIN delivery_lane AS lane ON lane.endpoint_id = delivery.endpoint_id
     WHERE delivery.organization_id = ${unit.organizationId} AND delivery.id = ANY(${ids}::text[])
       AND CASE WHEN delivery.status <> 'PENDING' OR delivery.sequence IS NULL
             THEN delivery.next_attempt_at > ${unit.now}
             ELSE lane.worker_id IS NOT NULL AND lane.claimed_until > now()
              AND (delivery.attempt_count = 0 OR delivery.next_attempt_at <= now())
              AND (SELECT count(DISTINCT CASE endpoint.ordering
                                         WHEN 'OBJECT' THEN earlier.subject_id ELSE earlier.id END)
                     FROM (SELECT * FROM webhook_delivery AS earlier
                            WHERE earlier.endpoint_id = delivery.endpoint_id
                              AND earlier.status = 'PENDING' AND earlier.sequence IS NOT NULL
                              AND earlier.sequence < delivery.sequence
                              AND earlier.sequence > lane.skipped_through
                              AND (endpoint.ordering = 'ENDPOINT' OR earlier.attempt_count = 0
                                   OR earlier.next_attempt_at <= now())
                            ORDER BY earlier.sequence LIMIT ${LOOKED_AT}) AS earlier)
                  < CASE endpoint.ordering WHEN 'ENDPOINT' THEN 1 ELSE endpoint.max_in_flight END
              AND (endpoint.ordering <> 'OBJECT' OR NOT EXISTS (
                    SELECT FROM webhook_delivery AS earlier
                     WHERE earlier.endpoint_id = delivery.endpoint_id
                       AND earlier.subject_id = delivery.subject_id
                       AND earlier.status = 'PENDING' AND earlier.sequence < delivery.sequence
                       AND earlier.sequence > lane.skipped_through)) END`
  return new Set(found.map((row) => row.id))
}
