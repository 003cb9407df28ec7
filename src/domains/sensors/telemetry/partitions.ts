import type { Pool, PoolClient } from 'pg'
import { DAY_MS, READING_DAYS } from '../rules.ts'

/** Partitions made ahead, so that workers that are down for days find one when they are back. */
const DAYS_AHEAD = 7
/** Any constant will do; one process keeps the readings' partitions at a time. */
const PARTITION_LOCK = 7_416_102

/**
 * Makes the reading partitions of the coming days and drops those whose time is over. Skipped while
 * another process does it.
 */
export async function keepReadings(pool: Pool, now = new Date()): Promise<void> {
  const client = await pool.connect()
  try {
    const lock = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS taken',
      [PARTITION_LOCK],
    )
    if (lock.rows[0]?.taken !== true) return
    try {
      await keepPartitions(client, now)
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [PARTITION_LOCK])
    }
  } finally {
    client.release()
  }
}

async function keepPartitions(client: PoolClient, now: Date): Promise<void> {
  const found = await client.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
      WHERE inhparent = 'sensor_reading'::regclass`,
  )
  const names = new Set(found.rows.map((row) => row.name))
  const today = Math.floor(now.getTime() / DAY_MS)
  for (let day = today; day <= today + DAYS_AHEAD; day++) {
    if (!names.has(partitionName(day))) await makePartition(client, day)
  }
  const oldest = partitionName(today - READING_DAYS)
  for (const name of names) {
    if (/^sensor_reading_\d{8}$/.test(name) && name < oldest) {
      await client.query(`DROP TABLE IF EXISTS "${name}"`)
    }
  }
  await client.query('DELETE FROM sensor_reading_default WHERE at < $1', [
    new Date((today - READING_DAYS) * DAY_MS),
  ])
}

/** Readings of that day that came while there was no partition for it move into it. */
async function makePartition(client: PoolClient, day: number): Promise<void> {
  const name = partitionName(day)
  const [from, to] = [`${isoDay(day)} 00:00Z`, `${isoDay(day + 1)} 00:00Z`]
  // Several statements in one query are one transaction: all of it or nothing.
  await client.query(`
    LOCK TABLE sensor_reading IN ACCESS EXCLUSIVE MODE;
    CREATE TABLE "${name}" (LIKE sensor_reading INCLUDING ALL);
    WITH moved AS (
      DELETE FROM sensor_reading_default WHERE at >= '${from}' AND at < '${to}' RETURNING *)
    INSERT INTO "${name}" SELECT * FROM moved;
    ALTER TABLE sensor_reading ATTACH PARTITION "${name}" FOR VALUES FROM ('${from}') TO ('${to}')`)
}

const partitionName = (day: number) => `sensor_reading_${isoDay(day).replaceAll('-', '')}`

const isoDay = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10)
