import type { Pool, PoolClient } from 'pg'
import { newId } from '../../database/ids.ts'

const DAY_MS = 86_400_000
/** Counts of attempts are small, and asked for over a month of whatever zone. */
const LEAST_COUNT_DAYS = 32
/** Partitions made ahead, so that a worker that is down for days finds one when it is back. */
const DAYS_AHEAD = 7
/** Deliveries removed per statement: short locks, small undo. */
const CHUNK = 5_000
/** Any constant will do; one process keeps house at a time. */
const HOUSEKEEPING_LOCK = 7_416_003

/**
 * Makes the attempt partitions of the coming days, drops those older than the log is kept, and
 * removes deliveries and replays that ended before that, and deliveries that have waited that long for
 * an endpoint that nobody resumes. Skipped while another process does it.
 */
export async function keepHouse(pool: Pool, logDays: number, now = new Date()): Promise<void> {
  const client = await pool.connect()
  try {
    const lock = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS taken',
      [HOUSEKEEPING_LOCK],
    )
    if (lock.rows[0]?.taken !== true) return
    try {
      const before = new Date(now.getTime() - logDays * DAY_MS)
      const faults: unknown[] = []
      // One that fails does not keep the next from being done.
      for (const step of [
        () => keepPartitions(client, logDays, now),
        () => client.query('DELETE FROM webhook_attempt_default WHERE started_at < $1', [before]),
        () => removeDeliveries(client, before),
        () => removeCounts(client, Math.max(logDays, LEAST_COUNT_DAYS), now),
        () => client.query('DELETE FROM webhook_replay WHERE finished_at < $1', [before]),
        // Whoever has not asked for so long takes everything as recalled.
        () => client.query(`DELETE FROM recall WHERE created < now() - interval '1 hour'`),
        () => client.query(`DELETE FROM memory_lease WHERE ends_at < now() - interval '1 hour'`),
      ]) {
        await step().catch((error: unknown) => faults.push(error))
      }
      if (faults.length > 0) throw new AggregateError(faults, `housekeeping: ${String(faults[0])}`)
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [HOUSEKEEPING_LOCK])
    }
  } finally {
    client.release()
  }
}

async function removeCounts(client: PoolClient, days: number, now: Date): Promise<void> {
  const before = new Date(now.getTime() - days * DAY_MS)
  await client.query('DELETE FROM webhook_attempt_hour WHERE hour < $1', [before])
}

async function keepPartitions(client: PoolClient, logDays: number, now: Date): Promise<void> {
  const found = await client.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
      WHERE inhparent = 'webhook_attempt'::regclass`,
  )
  const { create, drop } = planPartitions(new Set(found.rows.map((row) => row.name)), logDays, now)
  for (const partition of create) await addPartition(client, partition)
  for (const name of drop) await withPatience(client, `DROP TABLE IF EXISTS "${name}"`)
}

/**
 * Entries of a day that had no partition lie in the default one (the clock was wrong, no worker ran for
 * long): they move into the new one, which cannot be made over them.
 */
async function addPartition(client: PoolClient, { name, from, to }: Partition): Promise<void> {
  await withPatience(
    client,
    `CREATE TABLE "${name}" (LIKE webhook_attempt INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
      LOCK TABLE webhook_attempt IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE webhook_attempt_default IN ACCESS EXCLUSIVE MODE;
      WITH moved AS (DELETE FROM webhook_attempt_default
                      WHERE started_at >= '${from}' AND started_at < '${to}' RETURNING *)
      INSERT INTO "${name}" SELECT * FROM moved;
      ALTER TABLE webhook_attempt ATTACH PARTITION "${name}" FOR VALUES FROM ('${from}') TO ('${to}')`,
  )
}

/** While it waits behind somebody who reads the log, whoever writes it waits behind it. */
const PATIENCE_MS = 1_000
const LOCK_NOT_AVAILABLE = '55P03'

/** Runs statements in one transaction, which takes a moment or is left for the next time. */
async function withPatience(client: PoolClient, statements: string): Promise<void> {
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${PATIENCE_MS}; ${statements}; COMMIT`)
  } catch (error) {
    await client.query('ROLLBACK')
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== LOCK_NOT_AVAILABLE) throw error
  }
}

/** Ids begin with the time, so that the oldest deliveries lie together in the primary key. */
async function removeDeliveries(client: PoolClient, before: Date): Promise<void> {
  for (let removed = CHUNK; removed === CHUNK;) {
    const result = await client.query(
      `DELETE FROM webhook_delivery WHERE id IN (
         SELECT id FROM webhook_delivery
          WHERE id < $1
            AND CASE WHEN status <> 'PENDING' THEN completed_at < $2
                     ELSE NOT EXISTS (SELECT 1 FROM webhook_endpoint AS endpoint
                                       WHERE endpoint.id = endpoint_id AND endpoint.status = 'ACTIVE') END
          ORDER BY id LIMIT ${CHUNK})`,
      [newId('webhookDelivery', before.getTime()), before],
    )
    removed = result.rowCount ?? 0
  }
}

interface Partition {
  name: string
  /** First moment, UTC */
  from: string
  /** First moment of the next one */
  to: string
}

/** One partition per UTC day, named after it. */
export function planPartitions(
  existing: ReadonlySet<string>,
  logDays: number,
  now: Date,
): { create: Partition[]; drop: string[] } {
  const today = Math.floor(now.getTime() / DAY_MS)
  const create: Partition[] = []
  for (let day = today; day <= today + DAYS_AHEAD; day++) {
    const name = partitionName(day)
    if (existing.has(name)) continue
    create.push({ name, from: `${isoDay(day)} 00:00Z`, to: `${isoDay(day + 1)} 00:00Z` })
  }
  const oldest = partitionName(today - logDays)
  const drop = [...existing].filter((name) => /^webhook_attempt_\d{8}$/.test(name) && name < oldest)
  return { create, drop }
}

function partitionName(day: number): string {
  return `webhook_attempt_${isoDay(day).replaceAll('-', '')}`
}

function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
