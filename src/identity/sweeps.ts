import { IDEMPOTENCY_HOURS } from '../graphql/commands/idempotency.ts'
import type { Backend } from '../database/unit-of-work.ts'

/** Rows removed per statement, so that none holds its locks for long. */
const BATCH = 1_000
/** An ended session is kept this long, so that a stolen token used late is still recognised. */
const SESSION_DAYS = 7

/** Removes what has no use any more. Two workers at once remove different rows. */
async function removeOutdatedAccess({ database }: Backend): Promise<void> {
  const { pool } = database
  const outdated = [
    [
      'idempotency_record',
      `ctid IN (SELECT ctid FROM idempotency_record
                 WHERE created < now() - interval '${IDEMPOTENCY_HOURS} hours' LIMIT ${BATCH})`,
    ],
    [
      'session',
      `id IN (SELECT id FROM session
               WHERE expires_at < now() - interval '${SESSION_DAYS} days' LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ],
    [
      'sign_in_bucket',
      `subject IN (SELECT subject FROM sign_in_bucket
                    WHERE updated < now() - interval '1 hour' LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ],
    [
      'rate_window',
      `subject IN (SELECT subject FROM rate_window
                    WHERE updated < now() - interval '10 minutes' LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ],
  ] as const
  for (const [table, condition] of outdated) {
    for (let removed = BATCH; removed === BATCH;) {
      removed = (await pool.query(`DELETE FROM ${table} WHERE ${condition}`)).rowCount ?? 0
    }
  }
}

export const sweeps = [{ name: 'outdated access', everyMs: 600_000, run: removeOutdatedAccess }]
