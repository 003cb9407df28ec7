import type { Pool } from 'pg'

/** Why a delivery that waits has not been sent, whatever else is true of it as well. */
type WaitReason = 'ENDPOINT_PAUSED' | 'ENDPOINT_DISABLED' | 'HELD_BACK' | 'RETRY' | 'DUE'

export interface Wait {
  reason: WaitReason
  /** The delivery that must be over first. */
  behindId: string | null
  since: Date
  nextAttemptAt: Date | null
  /** Of the endpoint's attempts. */
  failingSince: Date | null
}

interface WaitRow {
  id: string
  status: 'ACTIVE' | 'PAUSED' | 'DISABLED'
  status_since: Date
  failing_since: Date | null
  created: Date
  due_at: Date | null
  next_attempt_at: Date | null
  tried: boolean
  behind_id: string | null
  behind_due: Date | null
  behind_next: Date | null
}

const FIRST = (condition: string) => `
  (SELECT id, sequence, created, due_at, next_attempt_at FROM webhook_delivery AS earlier
    WHERE earlier.endpoint_id = delivery.endpoint_id AND earlier.status = 'PENDING'
      AND earlier.sequence IS NOT NULL AND earlier.sequence < delivery.sequence
      AND earlier.sequence > lane.skipped_through AND ${condition}
    ORDER BY earlier.sequence LIMIT 1)`

/**
 * What deliveries wait for, in one statement: of each the first in front of it that its order lets it
 * wait for, found by the indexes that the lanes use (of one record those never tried, and those tried).
 * Those that are over, and what stands outside the order, are left out.
 */
export async function findWaits(
  pool: Pool,
  organizationId: string,
  deliveryIds: readonly string[],
): Promise<Map<string, Wait>> {
  const { rows } = await pool.query<WaitRow>({
    name: 'delivery-waits',
    text: `
      SELECT delivery.id, endpoint.status, endpoint.status_since, lane.failing_since,
             delivery.created, delivery.due_at, delivery.next_attempt_at,
             delivery.attempt_count > 0 AND delivery.next_attempt_at > now() AS tried,
             behind.id AS behind_id, coalesce(behind.due_at, behind.created) AS behind_due,
             behind.next_attempt_at AS behind_next
        FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
        JOIN delivery_lane AS lane ON lane.endpoint_id = delivery.endpoint_id
        LEFT JOIN LATERAL (
          SELECT * FROM (
            ${FIRST(`endpoint.ordering = 'ENDPOINT'`)}
            UNION ALL
            ${FIRST(`endpoint.ordering = 'OBJECT' AND earlier.attempt_count = 0 AND earlier.subject_id = delivery.subject_id`)}
            UNION ALL
            ${FIRST(`endpoint.ordering = 'OBJECT' AND earlier.attempt_count > 0 AND earlier.subject_id = delivery.subject_id`)}
          ) AS earlier ORDER BY sequence LIMIT 1) AS behind ON true
       WHERE delivery.id = ANY($1) AND delivery.organization_id = $2
         AND delivery.status = 'PENDING' AND delivery.sequence > lane.skipped_through`,
    values: [deliveryIds, organizationId],
  })
  return new Map(rows.map((row) => [row.id, toWait(row)]))
}

function toWait(row: WaitRow): Wait {
  const { created, failing_since: failingSince } = row
  const held = row.behind_id !== null
  const common = { behindId: row.behind_id, failingSince }
  if (row.status !== 'ACTIVE') {
    const reason = row.status === 'PAUSED' ? 'ENDPOINT_PAUSED' : 'ENDPOINT_DISABLED'
    return { ...common, reason, since: later(created, row.status_since), nextAttemptAt: null }
  }
  if (held) {
    const since = later(created, row.behind_due ?? created)
    return { ...common, reason: 'HELD_BACK', since, nextAttemptAt: row.behind_next }
  }
  const since = row.due_at ?? created
  return {
    ...common,
    reason: row.tried ? 'RETRY' : 'DUE',
    since,
    nextAttemptAt: row.next_attempt_at,
  }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}

export interface Neighbours {
  /** Nearest first. */
  before: string[]
  after: string[]
}

/** Neighbours that are named. */
export const NEIGHBOURS = 5
/** How far along the endpoint's line those of the same record are looked for. */
export const LOOKED_AT = 1_000

/**
 * What stands next to deliveries in their order, in one statement: of the endpoint, or of the record
 * with ordering OBJECT. With ordering NONE nothing stands before or after anything.
 */
export async function findNeighbours(
  pool: Pool,
  organizationId: string,
  deliveryIds: readonly string[],
): Promise<Map<string, Neighbours>> {
  const { rows } = await pool.query<{ id: string; before: string[]; after: string[] }>({
    name: 'delivery-neighbours',
    text: `
      SELECT delivery.id, ${nearest('<', 'DESC')} AS before, ${nearest('>', 'ASC')} AS after
        FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
       WHERE delivery.id = ANY($1) AND delivery.organization_id = $2
         AND delivery.sequence IS NOT NULL AND endpoint.ordering <> 'NONE'`,
    values: [deliveryIds, organizationId],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

function nearest(side: '<' | '>', direction: 'ASC' | 'DESC'): string {
  return `ARRAY(
    SELECT id FROM (
      SELECT id, sequence, subject_id FROM webhook_delivery AS other
       WHERE other.endpoint_id = delivery.endpoint_id AND other.sequence ${side} delivery.sequence
       ORDER BY other.sequence ${direction}
       LIMIT CASE endpoint.ordering WHEN 'ENDPOINT' THEN ${NEIGHBOURS} ELSE ${LOOKED_AT} END) AS other
     WHERE endpoint.ordering = 'ENDPOINT' OR other.subject_id = delivery.subject_id
     ORDER BY other.sequence ${direction} LIMIT ${NEIGHBOURS})`
}
