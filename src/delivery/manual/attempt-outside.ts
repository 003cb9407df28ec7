import type { Mark, MemoryLease } from '../../database/memory/memory-lease.ts'
import type { Admission } from '../lanes/admission.ts'
import type { Attempter, AttemptRecord } from '../attempt/attempt.ts'
import type { Capacity, Room } from '../lanes/capacity.ts'
import { ON_TERMS, skippedBefore, wholeBytes } from '../lanes/lane-window.ts'
import { makeLogEntry } from '../log/log-statement.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Trigger } from '../attempt/prepare.ts'

/** A delivery that is tried outside its lane. */
export interface Outside {
  id: string
  eventId: string
  eventType: string
  subjectId: string
  sequence: string | null
  attemptCount: number
  body: string
  /** The body is the delivery's own, not the event's. */
  ownBody: boolean
  /** As a lane's deliveries have them (lane-window.ts); null for none */
  wholeBytes: number | null | undefined
  skippedBefore: string | null
  /** What may be sent depends on more than the endpoint's selection (admission.ts). */
  onTerms: boolean
  endpointId: string
  organizationId: string
  version: number
}

/** Columns of an `Outside`, from rows `delivery`, `endpoint` and `event`, the last maybe missing. */
export const OUTSIDE_COLUMNS = `delivery.id, delivery.event_id AS "eventId",
  delivery.event_type AS "eventType", delivery.subject_id AS "subjectId", delivery.sequence, delivery.attempt_count AS "attemptCount",
  coalesce(delivery.body, event.body, '') AS body, delivery.body IS NOT NULL AS "ownBody",
  -- A test send concerns nothing but the way to the endpoint.
  delivery.sequence IS NOT NULL AND ${ON_TERMS} AS "onTerms",
  ${wholeBytes('delivery')} AS "wholeBytes",
  (SELECT ${skippedBefore('lane', 'delivery.sequence')}
     FROM delivery_lane AS lane WHERE lane.endpoint_id = endpoint.id) AS "skippedBefore",
  endpoint.id AS "endpointId", endpoint.organization_id AS "organizationId", endpoint.version`

/**
 * Makes and logs one attempt outside the lane; resolves when it is durable.
 * @param load reads what is to be sent, again whenever it was recalled before it was: undefined when
 *   it may not be sent any more, PASSED when there is nothing to send
 * @param subject something else whose recall makes it to be read again
 * @returns as `load`; PASSED also for what may not be seen any more and was skipped
 */
export type OutsideAttempter = (
  load: () => Promise<Outside | typeof PASSED | undefined>,
  trigger: Trigger,
  subject?: string,
) => Promise<AttemptRecord | typeof PASSED | undefined>

export const PASSED = 'PASSED'

/**
 * Attempts outside the lanes: what a person asked for. They share the room of retries, so that no
 * healthy endpoint waits for them, and are the last of their kind: no retry follows.
 */
export function createOutsideAttempter(dependencies: {
  memory: MemoryLease
  capacity: Capacity
  attempt: Attempter
  admission: Admission
  logWriter: LogWriter
}): OutsideAttempter {
  const { memory, capacity, attempt, admission, logWriter } = dependencies

  async function tryOnce(
    row: Outside,
    trigger: Trigger,
    mayBegin: () => boolean,
  ): Promise<AttemptRecord | typeof PASSED | undefined> {
    const body = row.onTerms ? await admission.admitOne(row, row) : row.body
    if (body === undefined) return PASSED
    const room = await roomFor(capacity, row)
    try {
      const record = await attempt(
        row,
        {
          deliveryId: row.id,
          eventId: row.eventId,
          sequence: row.sequence ?? undefined,
          skippedBefore: row.skippedBefore ?? undefined,
          body,
          wholeBytes: row.wholeBytes ?? undefined,
          attempt: row.attemptCount + 1,
          trigger,
          mayBegin,
        },
        Number.POSITIVE_INFINITY,
      )
      if (record === undefined) return undefined
      const { endpointId, organizationId } = row
      await logWriter.write(makeLogEntry({ record, endpointId, organizationId, claim: undefined }))
      return record
    } finally {
      room.give()
    }
  }

  return async (load, trigger, subject) => {
    for (;;) {
      await memory.hold()
      const read = memory.mark()
      const row = await load()
      if (row === undefined || row === PASSED) return row
      const done = await tryOnce(row, trigger, () => isStillSo(memory, row, read, subject))
      if (done !== undefined) return done
    }
  }
}

function isStillSo(
  memory: MemoryLease,
  row: Outside,
  read: Mark,
  subject: string | undefined,
): boolean {
  return (
    memory.isCurrent(row.endpointId, read) &&
    !memory.isRecalled(row.subjectId, read) &&
    // A document may show anything of the organization.
    !((row.ownBody || row.onTerms) && memory.isRecalled(row.organizationId, read)) &&
    !(subject !== undefined && memory.isRecalled(subject, read))
  )
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
