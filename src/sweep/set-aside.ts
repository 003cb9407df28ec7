import { newId } from '../database/ids.ts'
import { type Backend, transaction, type UnitOfWork } from '../database/unit-of-work.ts'
import { DomainError, DomainErrors } from '../errors.ts'
import { record } from '../events/record.ts'
import { type FailedTask, Prisma } from '../generated/prisma/client.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import type { Logger } from '../log.ts'
import { serializeFailedTask, systemTaskFailed } from './events.ts'
import { describeFault, isPassing } from './faults.ts'

/** A record waits this long after its first failure, four times as long after each further one. */
const FIRST_PAUSE_SECONDS = 10
const LONGEST_PAUSE_SECONDS = 6 * 3_600
/** Failures of the kind that goes away by itself are told of when they have not after so many tries. */
const PASSING_TRIES = 3

export interface Owner {
  organizationId: string
  plan: Plan
}

export interface Failure {
  task: string
  recordId: string
  error: unknown
  now: Date
  /** Until it is tried again, where whoever tries has a rule of its own. */
  pauseMs?: number
}

/**
 * Sets a record aside on which a task has failed: nothing is tried on it before its pause is over. Told
 * once, by an event. When not even the event can be written, the record is set aside without it.
 */
export async function setAside(
  backend: Backend,
  owner: Owner,
  failure: Failure,
  log: Logger | undefined,
): Promise<void> {
  const { task, recordId } = failure
  const error = describeFault(failure.error)
  const { organizationId } = owner
  log?.warn({ task, organizationId, recordId, error }, 'task failed; set aside')
  const write = (announces: boolean) =>
    transaction(backend, { ...owner, kind: 'system' }, (unit) =>
      note({ ...unit, now: failure.now }, failure, error, announces),
    )
  try {
    await write(true)
  } catch (fault) {
    const why = describeFault(fault)
    log?.error({ task, organizationId, recordId, error: why }, 'failure not told of; only listed')
    await write(false)
  }
}

async function note(
  unit: UnitOfWork,
  { task, recordId, error: cause, now, pauseMs }: Failure,
  error: string,
  announces: boolean,
): Promise<void> {
  const id = newId('failedTask', now.getTime())
  const pause = pauseMs === undefined ? null : pauseMs / 1_000
  await unit.tx.$executeRaw`
    INSERT INTO failed_task AS known
           (id, organization_id, task, record_id, reason, error, attempts, created,
            last_failed_at, next_try_at)
    VALUES (${id}, ${unit.organizationId}, ${task}, ${recordId}, ${reasonOf(cause)}, ${error}, 1,
            ${now}, ${now}, ${now}::timestamptz + make_interval(secs => coalesce(${pause}::float8, ${FIRST_PAUSE_SECONDS}::float8)))
    ON CONFLICT (organization_id, task, record_id) DO UPDATE
       SET attempts = known.attempts + 1, reason = excluded.reason, error = excluded.error,
           last_failed_at = excluded.last_failed_at,
           next_try_at = ${now}::timestamptz + make_interval(secs => coalesce(${pause}::float8, least(
             ${LONGEST_PAUSE_SECONDS}::float8, ${FIRST_PAUSE_SECONDS}::float8 * 4.0 ^ least(known.attempts, 20))))`
  const failed = await unit.tx.failedTask.findFirstOrThrow({ where: { task, recordId } })
  if (!announces || failed.announced) return
  if (isPassing(cause) && failed.attempts < PASSING_TRIES) return
  await unit.tx.failedTask.update({ where: { id: failed.id }, data: { announced: true } })
  record(unit, systemTaskFailed, {
    subjectId: failed.id,
    object: serializeFailedTask(failed satisfies FailedTask),
    facets: {},
  })
}

/** What a failure says to the organization: refusals of the product, never its inner faults. */
function reasonOf(error: unknown): string {
  if (error instanceof DomainError || error instanceof DomainErrors) {
    return error.message.slice(0, 500)
  }
  return 'Something went wrong on our side; it is tried again'
}

/**
 * Takes what is done off the list.
 * @param drained that nothing else is due: whatever else should have been tried again is due no more
 */
export async function clearDone(
  unit: UnitOfWork,
  task: string,
  ids: readonly string[],
  drained: boolean,
): Promise<void> {
  await unit.tx.$executeRaw`
    DELETE FROM failed_task
     WHERE organization_id = ${unit.organizationId} AND task = ${task}
       AND (record_id = ANY(${[...ids, unit.organizationId]}::text[])
            OR (${drained} AND next_try_at <= ${unit.now}))`
}

/** Condition that a record of an organization is not set aside at a moment. */
export function notSetAside(
  task: string,
  organization: Prisma.Sql,
  id: Prisma.Sql,
  now: Date,
): Prisma.Sql {
  return Prisma.sql`NOT EXISTS (
    SELECT FROM failed_task AS aside
     WHERE aside.organization_id = ${organization} AND aside.task = ${task}
       AND aside.record_id = ${id} AND aside.next_try_at > ${now})`
}
