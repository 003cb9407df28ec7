import type { Pool } from 'pg'
import type { Admission } from './admission.ts'
import type { Attempter } from './attempt.ts'
import type { Capacity } from './capacity.ts'
import { makeLogEntry } from './log-statement.ts'
import type { LogWriter } from './log-writer.ts'

export interface AttemptNowDependencies {
  pool: Pool
  capacity: Capacity
  attempt: Attempter
  admission: Admission
  logWriter: LogWriter
}

/** A worker that dies in the middle: another one may try again after this. */
const CLAIM_MS = 120_000

interface Row {
  id: string
  eventId: string
  eventType: string
  sequence: string | null
  attemptCount: number
  body: string
  ownBody: boolean
  onTerms: boolean
  endpointId: string
  organizationId: string
  version: number
}

/**
 * One attempt outside the lane, as a person asked for it: a test send, or a retry of what is no
 * longer pending. Order is not kept, and the request says so. Does nothing when nobody asks any
 * more: the claim is the delivery's `next_attempt_at`, which the log takes away.
 */
export async function attemptNow(
  dependencies: AttemptNowDependencies,
  deliveryId: string,
): Promise<void> {
  const { pool, capacity, admission, attempt, logWriter } = dependencies
  const row = await claim(pool, deliveryId)
  if (row === undefined) return
  const body = row.onTerms ? await admission.admitOne(row, row) : row.body
  if (body === undefined) return
  await roomFor(capacity)
  try {
    const record = await attempt(
      row,
      {
        deliveryId: row.id,
        eventId: row.eventId,
        sequence: row.sequence ?? undefined,
        body,
        attempt: row.attemptCount + 1,
        trigger: row.sequence === null ? 'TEST' : 'MANUAL',
      },
      Number.POSITIVE_INFINITY,
    )
    const { endpointId, organizationId } = row
    await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
  } finally {
    capacity.give('doubtful')
  }
}

function roomFor(capacity: Capacity): Promise<void> {
  return new Promise((resolve) => {
    if (capacity.tryTake('doubtful')) resolve()
    else {
      capacity.wait('doubtful', () => {
        resolve()
        return true
      })
    }
  })
}

async function claim(pool: Pool, deliveryId: string): Promise<Row | undefined> {
  const result = await pool.query<Row>({
    name: 'attempt-now-claim',
    text: `
      WITH claimed AS (
        UPDATE webhook_delivery SET next_attempt_at = now() + $2 * interval '1 millisecond'
         WHERE id = $1 AND next_attempt_at <= now() AND (status <> 'PENDING' OR sequence IS NULL)
        RETURNING *)
      SELECT claimed.id, claimed.event_id AS "eventId",
             claimed.event_type AS "eventType", claimed.sequence,
             claimed.attempt_count AS "attemptCount",
             coalesce(claimed.body, event.body, '') AS body,
             claimed.body IS NOT NULL AS "ownBody",
             -- A test send concerns nothing but the way to the endpoint.
             claimed.sequence IS NOT NULL
               AND (endpoint.integration_id IS NOT NULL OR endpoint.payload_hash IS NOT NULL) AS "onTerms",
             endpoint.id AS "endpointId", endpoint.organization_id AS "organizationId",
             endpoint.version
        FROM claimed
        JOIN webhook_endpoint AS endpoint
          ON endpoint.id = claimed.endpoint_id AND endpoint.deleted_at IS NULL
        LEFT JOIN event ON event.id = claimed.event_id`,
    values: [deliveryId, CLAIM_MS],
  })
  return result.rows[0]
}
