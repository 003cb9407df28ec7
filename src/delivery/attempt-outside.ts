import type { Attempter, AttemptRecord } from './attempt.ts'
import type { Capacity } from './capacity.ts'
import { makeLogEntry } from './log-statement.ts'
import type { LogWriter } from './log-writer.ts'
import type { Trigger } from './prepare.ts'

/** A delivery that is tried outside its lane. */
export interface Outside {
  id: string
  eventId: string
  sequence: string | null
  attemptCount: number
  body: string
  endpointId: string
  organizationId: string
  version: number
}

/** Columns of an `Outside`, from rows `delivery`, `endpoint` and `event`, the last maybe missing. */
export const OUTSIDE_COLUMNS = `delivery.id, delivery.event_id AS "eventId", delivery.sequence,
  delivery.attempt_count AS "attemptCount", coalesce(delivery.body, event.body, '') AS body,
  endpoint.id AS "endpointId", endpoint.organization_id AS "organizationId", endpoint.version`

/** Makes and logs one attempt outside the lane; resolves when it is durable. */
export type OutsideAttempter = (row: Outside, trigger: Trigger) => Promise<AttemptRecord>

/**
 * Attempts outside the lanes: what a person asked for. They share the room of retries, so that no
 * healthy endpoint waits for them, and are the last of their kind: no retry follows.
 */
export function createOutsideAttempter(dependencies: {
  capacity: Capacity
  attempt: Attempter
  logWriter: LogWriter
}): OutsideAttempter {
  const { capacity, attempt, logWriter } = dependencies
  return async (row, trigger) => {
    await roomFor(capacity)
    try {
      const record = await attempt(
        row,
        {
          deliveryId: row.id,
          eventId: row.eventId,
          sequence: row.sequence ?? undefined,
          body: row.body,
          attempt: row.attemptCount + 1,
          trigger,
        },
        Number.POSITIVE_INFINITY,
      )
      const { endpointId, organizationId } = row
      await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
      return record
    } finally {
      capacity.give('doubtful')
    }
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
