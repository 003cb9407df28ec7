import type { Database } from '../database.ts'
import type { UnitOfWork } from '../unit-of-work.ts'

/**
 * How far a change holds when it is answered. CONFIRMED: every process that goes by what it holds in
 * memory has heard of it. LEASE_ENDED: one has not, but may use nothing of it any more before it has.
 * UNCONFIRMED: neither could be seen in time; it holds within a second of the database's being there.
 */
export type InForce = 'CONFIRMED' | 'LEASE_ENDED' | 'UNCONFIRMED'

/** Longer than a lease. */
const PATIENCE_MS = 1_000
const FIRST_PAUSE_MS = 2
const MAX_PAUSE_MS = 20

/** Has all processes forget what they hold of these, from the commit on. */
export async function recall(unit: UnitOfWork, subjects: readonly string[]): Promise<void> {
  await unit.tx.$executeRaw`
    INSERT INTO recall (organization_id, subjects, xid)
    VALUES (${unit.organizationId}, ${subjects}::text[], pg_current_xact_id()::text::bigint)`
}

/** Waits until what an organization has recalled holds everywhere, for a second at most. */
export async function waitInForce(
  { memory, pool }: Database,
  organizationId: string,
): Promise<InForce> {
  const endMs = performance.now() + PATIENCE_MS
  const waited = new Set<string>()
  try {
    await within(PATIENCE_MS, memory.catchUp())
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const { rows } = await within(
        endMs - performance.now(),
        pool.query<{ id: string; runs: boolean }>({
          name: 'recall-unheard',
          text: UNHEARD,
          values: [organizationId],
        }),
      )
      const running = rows.filter((row) => row.runs)
      if (running.length === 0) {
        return rows.some((row) => waited.has(row.id)) ? 'LEASE_ENDED' : 'CONFIRMED'
      }
      for (const row of running) waited.add(row.id)
      if (performance.now() + pauseMs > endMs) return 'UNCONFIRMED'
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  } catch {
    return 'UNCONFIRMED'
  }
}

/** Leases of processes that have not heard of everything: those that run, and those that ended lately. */
const UNHEARD = `
  SELECT lease.id, lease.ends_at > clock_timestamp() AS runs
    FROM memory_lease AS lease
   WHERE lease.ends_at > clock_timestamp() - interval '5 seconds' AND EXISTS (
         SELECT FROM recall WHERE recall.organization_id = $1
            AND recall.xid >= pg_snapshot_xmin(lease.heard::pg_snapshot)::text::bigint
            AND NOT pg_visible_in_snapshot(recall.xid::text::xid8, lease.heard::pg_snapshot))`

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not in time')), timeoutMs)
  })
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
