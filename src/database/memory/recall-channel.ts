import { inBackground } from '../../process/background.ts'
import { Client, type QueryResult } from 'pg'

export interface Heard {
  /** What was recalled since the snapshot that was asked with. */
  subjects: ReadonlySet<string>
  /** Every recall that it shows was heard of. */
  snapshot: string
}

/** A process's own connection for its lease and for recalls: LISTEN does not survive a pool. */
export interface RecallChannel {
  /**
   * Begins another lease, then reads what was recalled.
   * @param before the snapshot of the last time; undefined the first time
   */
  ask(before: string | undefined): Promise<Heard>
  close(): void
  /** Ends the lease as well. */
  leave(): Promise<void>
}

/** The trigger on `recall` notifies it. */
const CHANNEL = 'plantroom_recall'
/** A statement that takes longer is given up: at its end nothing is left of the lease. */
const PATIENCE_MS = 2_000

/**
 * @param id of the process
 * @param onTold something was recalled
 */
export function openRecallChannel(
  url: string,
  id: string,
  leaseMs: number,
  onTold: () => void,
): RecallChannel {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: PATIENCE_MS,
    application_name: 'plantroom memory',
    keepAlive: true,
    options: '-c synchronous_commit=off -c jit=off',
  })
  client.on('error', () => undefined)
  client.on('notification', onTold)
  const connected = client.connect().then(() => client.query(`LISTEN ${CHANNEL}`))
  // Whoever asks hears of it.
  connected.catch(() => undefined)
  const end = () => client.end().catch(() => undefined)
  return {
    async ask(before) {
      await connected
      // One message to the server, two transactions: the lease is there before the recalls are read.
      const answers: unknown = await client.query(statement(id, before, leaseMs))
      const { rows } = Array.isArray(answers) ? (answers.at(-1) as QueryResult<Row>) : { rows: [] }
      const snapshot = rows[0]?.snapshot
      if (snapshot === undefined) throw new Error('no snapshot')
      return { subjects: new Set(rows.flatMap((row) => row.subjects ?? [])), snapshot }
    },
    close: () => inBackground('closing the recall channel', end),
    async leave() {
      await client.query('DELETE FROM memory_lease WHERE id = $1', [id]).catch(() => undefined)
      await end()
    },
  }
}

interface Row {
  snapshot: string
  subjects: string[] | null
}

/** Several statements take no parameters: what is put in is made of digits and the like. */
function statement(id: string, before: string | undefined, leaseMs: number): string {
  if (before !== undefined && !/^[\d:,]+$/.test(before)) throw new Error('not a snapshot')
  const heard = before === undefined ? `pg_current_snapshot()::text` : `'${before}'`
  const since = before === undefined ? 'NULL' : `'${before}'`
  return `
    BEGIN;
    INSERT INTO memory_lease AS lease (id, ends_at, heard)
    VALUES ('${id}', clock_timestamp() + ${leaseMs} * interval '1 millisecond', ${heard})
        ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, heard = excluded.heard;
    COMMIT;
    SELECT pg_current_snapshot()::text AS snapshot, recall.subjects
      FROM (SELECT ${since}::pg_snapshot AS since) AS given
      LEFT JOIN recall ON recall.xid >= pg_snapshot_xmin(given.since)::text::bigint
       AND NOT pg_visible_in_snapshot(recall.xid::text::xid8, given.since)`
}
