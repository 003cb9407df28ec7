import type { Backend } from '../database/unit-of-work.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import type { Logger } from '../log.ts'
import { setAside } from '../sweep/set-aside.ts'

/** Under which an organization is listed whose events cannot be given positions. */
const TASK = 'event positions'

/** Lists an organization among what failed. */
export async function listFailure(
  backend: Backend,
  log: Logger,
  { organizationId, error, pauseMs }: { organizationId: string; error: unknown; pauseMs: number },
): Promise<void> {
  const { rows } = await backend.database.pool.query<{ plan: Plan }>(
    'SELECT plan FROM organization WHERE id = $1',
    [organizationId],
  )
  const [owner] = rows
  if (owner === undefined) return
  const failure = { task: TASK, recordId: organizationId, error, now: new Date(), pauseMs }
  await setAside(backend, { organizationId, plan: owner.plan }, failure, log)
}

/** Takes those off the list of which every event has its position. */
export async function clearFailures({ database }: Backend): Promise<void> {
  await database.pool.query({
    name: 'clear-dispatch-failures',
    text: `DELETE FROM failed_task
            WHERE task = $1 AND NOT EXISTS (
              SELECT FROM event WHERE event.organization_id = failed_task.organization_id
                                  AND position IS NULL)`,
    values: [TASK],
  })
}
