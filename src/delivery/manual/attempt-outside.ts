import type { Admission } from '../lanes/admission.ts'
import type { Attempter, AttemptRecord } from '../attempt/attempt.ts'
import type { Capacity, Room } from '../lanes/capacity.ts'
import { makeLogEntry } from '../log/log-statement.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Trigger } from '../attempt/prepare.ts'

/** A delivery that is tried outside its lane. */
export interface Outside {
  id: string
  eventId: string
  eventType: string
  sequence: string | null
  attemptCount: number
  body: string
  /** The body is the delivery's own, not the event's. */
  ownBody: boolean
  /** What may be sent depends on more than the endpoint's selection (admission.ts). */
  onTerms: boolean
  endpointId: string
  organizationId: string
  version: number
}

/** Columns of an `Outside`, from rows `delivery`, `endpoint` and `event`, the last maybe missing. */
export const OUTSIDE_COLUMNS = `delivery.id, delivery.event_id AS "eventId",
  delivery.event_type AS "eventType", delivery.sequence, delivery.attempt_count AS "attemptCount",
  coalesce(delivery.body, event.body, '') AS body, delivery.body IS NOT NULL AS "ownBody",
  -- A test send concerns nothing but the way to the endpoint.
  delivery.sequence IS NOT NULL
    AND (endpoint.integration_id IS NOT NULL OR endpoint.payload_hash IS NOT NULL) AS "onTerms",
  endpoint.id AS "endpointId", endpoint.organization_id AS "organizationId", endpoint.version`

/**
 * Makes and logs one attempt outside the lane; resolves when it is durable, with undefined when the
 * delivery may not be sent any more and was skipped.
 */
export type OutsideAttempter = (
  row: Outside,
  trigger: Trigger,
) => Promise<AttemptRecord | undefined>

/**
 * Attempts outside the lanes: what a person asked for. They share the room of retries, so that no
 * healthy endpoint waits for them, and are the last of their kind: no retry follows.
 */
export function createOutsideAttempter(dependencies: {
  capacity: Capacity
  attempt: Attempter
  admission: Admission
  logWriter: LogWriter
}): OutsideAttempter {
  const { capacity, attempt, admission, logWriter } = dependencies
  return async (row, trigger) => {
    const body = row.onTerms ? await admission.admitOne(row, row) : row.body
    if (body === undefined) return undefined
    const room = await roomFor(capacity, row)
    try {
      const record = await attempt(
        row,
        {
          deliveryId: row.id,
          eventId: row.eventId,
          sequence: row.sequence ?? undefined,
          body,
          attempt: row.attemptCount + 1,
          trigger,
        },
        Number.POSITIVE_INFINITY,
      )
      const { endpointId, organizationId } = row
      await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
      return record
    } finally {
      room.give()
    }
  }
}

function roomFor(capacity: Capacity, owner: Outside): Promise<Room> {
  return new Promise((resolve) => {
    const room = capacity.tryTake('doubtful', owner)
    if (room !== undefined) resolve(room)
    else {
      capacity.wait('doubtful', owner, (granted) => {
        resolve(granted)
        return true
      })
    }
  })
}
