import type { Backend } from '../database/unit-of-work.ts'
import { IDEMPOTENCY_HOURS } from '../graphql/commands/idempotency.ts'
import { defineUpkeep, removeOutdated } from '../sweep/upkeep.ts'

/** An ended session is kept this long, so that a stolen token used late is still recognised. */
const SESSION_DAYS = 7

const outdated = (table: string, condition: string) => (backend: Backend) =>
  removeOutdated(backend.database.pool, table, condition)

/** Removes what has no use any more. */
export const sweeps = [
  defineUpkeep({
    name: 'outdated access',
    everyMs: 600_000,
    steps: {
      'idempotency records': outdated(
        'idempotency_record',
        `created < now() - interval '${IDEMPOTENCY_HOURS} hours'`,
      ),
      sessions: outdated('session', `expires_at < now() - interval '${SESSION_DAYS} days'`),
      'sign-in codes': outdated('sign_in_code', 'expires_at < now()'),
      'sign-in buckets': outdated('sign_in_bucket', "updated < now() - interval '1 hour'"),
      'rate windows': outdated('rate_window', "updated < now() - interval '10 minutes'"),
    },
  }),
]
