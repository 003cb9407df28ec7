import type { Pool } from 'pg'
import type { Actor } from '../access/caller.ts'
import type { Facets, Selectable } from './match.ts'

/** A positioned event as the log holds it. */
export interface LoggedEvent extends Selectable {
  id: string
  organizationId: string
  position: bigint
  /** The stored envelope, byte for byte what webhooks send. */
  body: string
  actor: Actor
  created: Date
}

/** A row of the log, as `LOG_COLUMNS` selects it. */
export interface LogRow {
  id: string
  organization_id: string
  position: string
  type: string
  body: string
  subject_id: string
  changed_fields: string[]
  facets: Facets
  actor: Actor
  created: Date
}

export const LOG_COLUMNS =
  'event.id, event.organization_id, event.position, event.type, event.body, event.subject_id, event.changed_fields, event.facets, event.actor, event.created'

/** Events of one organization after a position, oldest first. */
export async function readLog(
  pool: Pool,
  organizationId: string,
  after: bigint,
  limit: number,
): Promise<LoggedEvent[]> {
  const result = await pool.query<LogRow>({
    name: 'read-log',
    text: `SELECT ${LOG_COLUMNS} FROM event
            WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3`,
    values: [organizationId, after.toString(), limit],
  })
  return result.rows.map(toLoggedEvent)
}

/**
 * Position of the last event that was recorded before a moment; 0 where there is none. Found by halving
 * the log, in one statement: times rise with positions, but for those of the same instant.
 */
export async function findPositionBefore(
  pool: Pool,
  organizationId: string,
  moment: Date,
): Promise<bigint> {
  const { rows } = await pool.query<{ position: string }>({
    name: 'position-before',
    text: `WITH RECURSIVE halves (low, high) AS (
             SELECT 0::bigint, last_position FROM event_stream_head WHERE organization_id = $1
             UNION ALL
             SELECT CASE WHEN middle.created < $2 THEN half ELSE low END,
                    CASE WHEN middle.created < $2 THEN high ELSE half - 1 END
               FROM halves
              CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS half) AS cut
              CROSS JOIN LATERAL (
                SELECT event.created FROM event
                 WHERE event.organization_id = $1 AND event.position >= half
                 ORDER BY event.position LIMIT 1
              ) AS middle
              WHERE low < high
           )
           SELECT low AS position FROM halves ORDER BY high - low LIMIT 1`,
    values: [organizationId, moment],
  })
  return BigInt(rows[0]?.position ?? 0)
}

export function toLoggedEvent(row: LogRow): LoggedEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    position: BigInt(row.position),
    type: row.type,
    body: row.body,
    subjectId: row.subject_id,
    changedFields: row.changed_fields,
    facets: row.facets,
    actor: row.actor,
    created: row.created,
  }
}

/** Position of the newest event; 0 when there is none. */
export async function readHead(pool: Pool, organizationId: string): Promise<bigint> {
  const result = await pool.query<{ last_position: string }>({
    name: 'read-head',
    text: 'SELECT last_position FROM event_stream_head WHERE organization_id = $1',
    values: [organizationId],
  })
  return BigInt(result.rows[0]?.last_position ?? '0')
}

/** Position of the oldest event that is still kept; undefined when the log is empty. */
export async function readOldest(pool: Pool, organizationId: string): Promise<bigint | undefined> {
  const result = await pool.query<{ position: string }>({
    name: 'read-oldest',
    text: `SELECT position FROM event WHERE organization_id = $1 AND position IS NOT NULL
            ORDER BY position LIMIT 1`,
    values: [organizationId],
  })
  const first = result.rows[0]
  return first === undefined ? undefined : BigInt(first.position)
}
