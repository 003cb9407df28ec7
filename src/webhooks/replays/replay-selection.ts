import type { WebhookDeliveryStatus } from '../../generated/prisma/enums.ts'

/**
 * Deliveries that a replay covers, as a condition on rows `delivery` beside a row `replay`
 * (endpoint_id, from_time, to_time, types, statuses, reached, last_sequence).
 */
export function coveredBy(statuses: readonly WebhookDeliveryStatus[]): string {
  // Said as a constant, so that the small index of what was given up serves.
  const onlyExhausted = statuses.length === 1 && statuses[0] === 'EXHAUSTED'
  return `delivery.endpoint_id = replay.endpoint_id
    AND delivery.sequence > replay.reached AND delivery.sequence <= replay.last_sequence
    AND delivery.status ${onlyExhausted ? "= 'EXHAUSTED'" : '= ANY (replay.statuses)'}
    AND (replay.from_time IS NULL OR delivery.created >= replay.from_time)
    AND (replay.to_time IS NULL OR delivery.created < replay.to_time)
    AND (cardinality(replay.types) = 0 OR delivery.event_type = ANY (replay.types))`
}
