import type { Pool } from 'pg'
import type { Logger } from '../log.ts'
import { disableEndpoint } from '../webhooks/disable.ts'
import { groupCalls } from './group.ts'
import { type LogAnswer, type LogEntry, writeLog } from './log-statement.ts'

export interface LogWriter {
  /**
   * Resolves when the attempt and what follows from it are durable. A database that cannot be
   * reached delays this until it can, or until the writer is closed.
   */
  write(entry: LogEntry): Promise<LogAnswer>
  /** Gives up what cannot be written; the database keeps what it has. */
  close(): void
}

/** Entries per statement: larger ones save nothing more and hold up the next. */
const MAX_ENTRIES = 400
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/** The lane is given up: its worker may not decide anything more in it. */
const LOST: LogAnswer = { held: false, version: undefined, active: false }

/** One log for all lanes of a process: what ends while one statement runs goes with the next. */
export function openLogWriter(pool: Pool, log: Logger): LogWriter {
  let closed = false
  const write = groupCalls<LogEntry, LogAnswer>(MAX_ENTRIES, async (entries) => {
    // What ends after that was cut off by ourselves: no failure of the endpoint's.
    if (closed) return entries.map(() => LOST)
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return await disableGone(entries, await writeLog(pool, entries))
      } catch (error) {
        if (isAboutData(error)) return writeOneByOne(entries)
        log.warn({ error: String(error), attempts: entries.length }, 'delivery log not written yet')
      }
      if (closed) return entries.map(() => LOST)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  })

  /** One entry that the database will not take must not keep the others from being written. */
  async function writeOneByOne(entries: readonly LogEntry[]): Promise<LogAnswer[]> {
    const answers: LogAnswer[] = []
    for (const entry of entries) {
      try {
        answers.push(...(await disableGone([entry], await writeLog(pool, [entry]))))
      } catch (error) {
        const { deliveryId } = entry.record
        log.error({ err: error, deliveryId, endpointId: entry.endpointId }, 'attempt not logged')
        answers.push(LOST)
      }
    }
    return answers
  }

  async function disableGone(entries: readonly LogEntry[], answers: LogAnswer[]) {
    return Promise.all(
      answers.map(async (answer, index) => {
        const entry = entries[index]
        if (entry?.record.next.kind !== 'disable' || entry.record.trigger === 'TEST') return answer
        await disableEndpoint(pool, entry.endpointId, entry.record.next.reason)
        return { ...answer, active: false }
      }),
    )
  }

  return {
    write,
    close() {
      closed = true
    },
  }
}

/** SQLSTATE classes 21 to 23 and 54: the statement is at fault, not the connection. */
function isAboutData(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(2[123]|54)/.test(error.code)
  )
}
