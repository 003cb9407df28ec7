import type { Pool } from 'pg'
import type { Attempter } from '../attempt/attempt.ts'
import { makeLogEntry } from '../log/log-statement.ts'
import type { LogWriter } from '../log/log-writer.ts'

export interface AskDependencies {
  pool: Pool
  attempt: Attempter
  logWriter: LogWriter
}

interface Row {
  eventId: string
  body: string
  endpointId: string
  organizationId: string
  version: number
  active: boolean
}

/**
 * Sends a question outside of every order, once, and waits for the answer, however busy this
 * process is otherwise. Whatever happens is logged, also what comes too late.
 * @param timeoutMs for everything: room, connection, answer
 * @returns body of a 2xx; undefined for anything else, and for a paused or deleted endpoint
 */
export async function ask(
  dependencies: AskDependencies,
  deliveryId: string,
  timeoutMs: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  try {
    return await Promise.race([exchange(dependencies, deliveryId, timeoutMs), timeUp])
  } finally {
    clearTimeout(timer)
  }
}

async function exchange(
  { pool, attempt, logWriter }: AskDependencies,
  deliveryId: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const found = await pool.query<Row>({
    name: 'ask-load',
    text: `
      SELECT delivery.event_id AS "eventId", delivery.body, endpoint.id AS "endpointId",
             endpoint.organization_id AS "organizationId", endpoint.version,
             endpoint.status = 'ACTIVE' AS active
        FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint
          ON endpoint.id = delivery.endpoint_id AND endpoint.deleted_at IS NULL
       WHERE delivery.id = $1 AND delivery.sequence IS NULL`,
    values: [deliveryId],
  })
  const [row] = found.rows
  if (row === undefined) return undefined
  if (!row.active) {
    await pool.query({
      name: 'ask-skip',
      text: `UPDATE webhook_delivery SET status = 'CANCELLED', completed_at = now() WHERE id = $1`,
      values: [deliveryId],
    })
    return undefined
  }
  const { eventId, body, endpointId, organizationId } = row
  const record = await attempt(
    row,
    { deliveryId, eventId, sequence: undefined, body, attempt: 1, trigger: 'SYNC', timeoutMs },
    Number.POSITIVE_INFINITY,
  )
  await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
  return record.succeeded ? (record.exchange.answer?.body ?? '') : undefined
}
