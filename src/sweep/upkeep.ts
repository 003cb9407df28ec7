import type { Pool } from 'pg'
import type { Backend } from '../database/unit-of-work.ts'
import { type Chore, makeChore, type Worker } from './define.ts'
import { isUnavailable } from '../database/outage.ts'
import { describeFault } from './faults.ts'

/** A run begins nothing new after this. */
const RUN_MS = 10_000

export interface Upkeep {
  name: string
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  /**
   * What belongs to no organization: tables and partitions. Each step is called until it answers that
   * nothing was left; one that fails does not keep the next from being done.
   */
  steps: Record<string, (backend: Backend) => Promise<number | void>>
}

export function defineUpkeep({ name, everyMs, steps }: Upkeep): Chore {
  return makeChore({
    name,
    everyMs,
    async run(worker: Worker) {
      const faults: string[] = []
      for (const [step, act] of Object.entries(steps)) {
        const endMs = performance.now() + RUN_MS / Object.keys(steps).length
        try {
          while (((await act(worker)) ?? 0) > 0 && performance.now() < endMs);
        } catch (error) {
          faults.push(`${step}: ${describeFault(error)}`)
        }
      }
      if (faults.length > 0) throw new Error(faults.join('; '))
    },
  })
}

/** Rows removed per statement, so that none holds its locks for long. */
const BATCH = 1_000
/** Rows tried one by one after a batch that cannot be removed. */
const ALONE = 100

/**
 * Removes some outdated rows of a table. Two workers at once remove different ones. A row that cannot be
 * removed does not keep the others: they are tried one by one, in no order, so that every run has others.
 * @param condition SQL
 * @returns how many were removed
 * @throws the fault of a row, when the others are removed
 */
export async function removeOutdated(
  pool: Pool,
  table: string,
  condition: string,
): Promise<number> {
  const some = (order: string, limit: number) =>
    `SELECT ctid FROM ${table} WHERE ${condition} ${order} LIMIT ${limit} FOR UPDATE SKIP LOCKED`
  try {
    const removed = await pool.query(`DELETE FROM ${table} WHERE ctid IN (${some('', BATCH)})`)
    const count = removed.rowCount ?? 0
    return count === BATCH ? count : 0
  } catch (error) {
    if (isUnavailable(error)) throw error
    const found = await pool.query<{ ctid: string }>(some('ORDER BY random()', ALONE))
    for (const { ctid } of found.rows) {
      const text = `DELETE FROM ${table} WHERE ctid = $1::tid AND (${condition})`
      await pool.query(text, [ctid]).catch(() => undefined)
    }
    throw error
  }
}
