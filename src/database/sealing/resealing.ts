import type { Pool } from 'pg'
import { StartupError } from '../../errors.ts'
import { KEY_ID_BYTES, keyIdOf, type KeyRing } from '../../config/key-ring.ts'
import { seal, unseal } from './sealing.ts'

/** A column with sealed values, and what is needed to open them. Names are constants of ours. */
export interface SealedColumn {
  table: string
  column: string
  /** Columns of the primary key */
  key: readonly [string, ...string[]]
  /** Columns that the context is made of */
  parts: readonly string[]
  /** What the value belongs to, as it was sealed with. */
  contextOf: (parts: readonly string[]) => string
}

/** How many values of a column each key has sealed. */
export interface KeyCount {
  table: string
  /** In hex; empty for a value of unknown form */
  keyId: string
  count: number
}

/** The id of the key in a sealed value, behind the version; see sealing.ts. */
const keyIdIn = (column: string) => `encode(substring(${column} FROM 2 FOR ${KEY_ID_BYTES}), 'hex')`

/** Reads every value of the columns. */
export async function countKeys(pool: Pool, columns: readonly SealedColumn[]): Promise<KeyCount[]> {
  const counts: KeyCount[] = []
  for (const { table, column } of columns) {
    const found = await pool.query<{ key_id: string; count: string }>(
      `SELECT ${keyIdIn(column)} AS key_id, count(*) FROM ${table}
        WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`,
    )
    for (const row of found.rows) {
      counts.push({ table, keyId: row.key_id, count: Number(row.count) })
    }
  }
  return counts
}

/**
 * Refuses to work with a database whose secrets could not be opened.
 * @throws StartupError naming what is sealed with which key
 */
export async function demandKnownKeys(
  pool: Pool,
  keys: KeyRing,
  columns: readonly SealedColumn[],
): Promise<void> {
  const unknown = (await countKeys(pool, columns)).filter((each) => !keys.byId.has(each.keyId))
  if (unknown.length === 0) return
  const what = unknown.map(({ table, keyId, count }) => `${count} in ${table} (key id ${keyId})`)
  throw new StartupError(
    `The database holds secrets that were sealed with another key: ${what.join(', ')}. Set that key as ENCRYPTION_KEY, or add it to ENCRYPTION_OLD_KEYS. Nothing was changed.`,
  )
}

/** Values sealed anew per statement: short locks. */
const BATCH = 500

/**
 * Seals anew, with the current key, what another live key has sealed. Safe while others read and
 * write: a value that changed meanwhile is left alone, since whoever changed it sealed it. What is
 * done stays done, so that it may be stopped and started at any time.
 * @param onProgress told after every batch how many were sealed anew so far
 * @returns how many were, and how many could not be opened
 */
export async function reseal(
  pool: Pool,
  keys: KeyRing,
  sealed: SealedColumn,
  onProgress: (done: number) => void = () => undefined,
  batchSize = BATCH,
): Promise<{ done: number; failed: number }> {
  const { table, column, key } = sealed
  const names = [...new Set([...key, ...sealed.parts])]
  let after: string[] | undefined
  let done = 0
  let failed = 0
  for (;;) {
    const found = await pool.query<Record<string, string> & { value: Buffer }>(
      `SELECT ${names.join(', ')}, ${column} AS value FROM ${table}
        WHERE ${column} IS NOT NULL AND ${keyIdIn(column)} <> $1
          ${after === undefined ? '' : `AND (${key.join(', ')}) > (${key.map((_, at) => `$${at + 3}`).join(', ')})`}
        ORDER BY ${key.join(', ')} LIMIT $2`,
      [keyIdOf(keys.current), batchSize, ...(after ?? [])],
    )
    const last = found.rows.at(-1)
    if (last === undefined) return { done, failed }
    after = key.map((name) => last[name] ?? '')
    const changes: { id: string[]; before: Buffer; after: Buffer }[] = []
    for (const row of found.rows) {
      const context = sealed.contextOf(sealed.parts.map((name) => row[name] ?? ''))
      try {
        const text = unseal(keys, row.value, context)
        const id = key.map((name) => row[name] ?? '')
        changes.push({ id, before: row.value, after: seal(keys, text, context) })
      } catch {
        failed++
      }
    }
    done += await replace(pool, sealed, changes)
    onProgress(done)
  }
}

/** Waits for nobody, so that it can be part of no deadlock: a row in use is left for the next pass. */
async function replace(
  pool: Pool,
  { table, column, key }: SealedColumn,
  changes: readonly { id: string[]; before: Buffer; after: Buffer }[],
): Promise<number> {
  const written = await pool.query(
    `WITH given AS (
       SELECT * FROM unnest($1::bytea[], $2::bytea[], ${key.map((_, at) => `$${at + 3}::text[]`).join(', ')})
         AS given(before, next, ${key.join(', ')})),
     free AS (
       SELECT ${key.map((name) => `row.${name}`).join(', ')}, given.next
         FROM ${table} AS row JOIN given USING (${key.join(', ')})
        WHERE row.${column} = given.before FOR NO KEY UPDATE OF row SKIP LOCKED)
     UPDATE ${table} AS row SET ${column} = free.next FROM free
      WHERE ${key.map((name) => `row.${name} = free.${name}`).join(' AND ')}`,
    [
      changes.map((change) => change.before),
      changes.map((change) => change.after),
      ...key.map((_, at) => changes.map((change) => change.id[at])),
    ],
  )
  return written.rowCount ?? 0
}
