import type { Pool } from 'pg'
import type { MemoryLease } from '../../database/memory/memory-lease.ts'
import type { Attempter } from '../attempt/attempt.ts'
import { makeLogEntry } from '../log/log-statement.ts'
import type { LogWriter } from '../log/log-writer.ts'

export interface AskDependencies {
  pool: Pool
  memory: MemoryLease
  attempt: Attempter
  logWriter: LogWriter
}

interface Row {
  eventId: string
  body: string
  endpointId: string
  organizationId: string
  version: number
  subjectId: string
  /** The endpoint is active, and still the one that is asked. */
  isAsked: boolean
}

/**
 * Sends a question outside of every order, once, and waits for the answer, however busy this
 * process is otherwise. Whatever happens is logged, also what comes too late.
 * @param timeoutMs for everything: room, connection, answer
 * @returns body of a 2xx; undefined for anything else, and for an endpoint that is paused, deleted,
 *   or not the one to be asked any more
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
  dependencies: AskDependencies,
  deliveryId: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const { pool, memory, attempt, logWriter } = dependencies
  const endMs = performance.now() + timeoutMs
  while (performance.now() < endMs) {
    await memory.hold()
    const read = memory.mark()
    const row = await load(pool, deliveryId)
    if (row === undefined) return undefined
    if (!row.isAsked) {
      await pool.query({
        name: 'ask-skip',
        text: `UPDATE webhook_delivery SET status = 'CANCELLED', completed_at = now()
                WHERE id = $1 AND status = 'PENDING'`,
        values: [deliveryId],
      })
      return undefined
    }
    const { eventId, body, endpointId, organizationId, subjectId } = row
    const record = await attempt(
      row,
      {
        deliveryId,
        eventId,
        sequence: undefined,
        body,
        attempt: 1,
        trigger: 'SYNC',
        timeoutMs,
        mayBegin: () => memory.isCurrent(endpointId, read) && !memory.isRecalled(subjectId, read),
      },
      Number.POSITIVE_INFINITY,
    )
    // Recalled before it was begun: it may have to go elsewhere by now, or nowhere.
    if (record === undefined) continue
    await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
    return record.succeeded ? (record.exchange.answer?.body ?? '') : undefined
  }
  return undefined
}

async function load(pool: Pool, deliveryId: string): Promise<Row | undefined> {
  const found = await pool.query<Row>({
    name: 'ask-load',
    text: `
      SELECT delivery.event_id AS "eventId", delivery.body, delivery.subject_id AS "subjectId",
             endpoint.id AS "endpointId", endpoint.organization_id AS "organizationId",
             endpoint.version,
             endpoint.status = 'ACTIVE' AND EXISTS (
               SELECT FROM sync_hook AS hook
                WHERE hook.organization_id = delivery.organization_id
                  AND hook.event_type = delivery.event_type
                  AND hook.endpoint_id = delivery.endpoint_id) AS "isAsked"
        FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint
          ON endpoint.id = delivery.endpoint_id AND endpoint.deleted_at IS NULL
       WHERE delivery.id = $1 AND delivery.sequence IS NULL`,
    values: [deliveryId],
  })
  return found.rows[0]
}
