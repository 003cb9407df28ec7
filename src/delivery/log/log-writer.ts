import type { Pool } from 'pg'
import type { Logger } from '../../log.ts'
import { disableEndpoint } from '../../webhooks/life/disable.ts'
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
const MAX_ENTRIES = { alone: 400, beside: 50 }
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/** The lane is given up: its worker may not decide anything more in it. */
const LOST: LogAnswer = { held: false, version: undefined, active: false, moved: true }

/**
 * One log for all lanes of a process: what ends while one statement runs goes with the next.
 * @param isCalm whether no more than one organization sends; otherwise groups are small
 */
export function openLogWriter(pool: Pool, log: Logger, isCalm: () => boolean): LogWriter {
  let closed = false
  const write = groupCalls<LogEntry, LogAnswer>(
    () => (isCalm() ? MAX_ENTRIES.alone : MAX_ENTRIES.beside),
    writeGroup,
    (entry) => entry.organizationId,
  )

  async function writeGroup(entries: LogEntry[]): Promise<LogAnswer[]> {
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
  }

  /**
   * One entry that the database will not take must not keep the others from being written, nor its
   * own delivery from moving on: without its texts it is taken.
   */
  async function writeOneByOne(entries: readonly LogEntry[]): Promise<LogAnswer[]> {
    const answers: LogAnswer[] = []
    for (const entry of entries) {
      const { record, endpointId } = entry
      const about = { deliveryId: record.deliveryId, endpointId }
      const answer =
        (await tryWriting(entry, about)) ?? (await tryWriting(withoutTexts(entry), about)) ?? LOST
      answers.push(answer)
    }
    return answers
  }

  async function tryWriting(entry: LogEntry, about: object): Promise<LogAnswer | undefined> {
    try {
      const [answer] = await disableGone([entry], await writeLog(pool, [entry]))
      return answer
    } catch (error) {
      log.error({ err: error, ...about }, 'attempt not logged as it is')
      return undefined
    }
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

function withoutTexts(entry: LogEntry): LogEntry {
  const { record } = entry
  const { answer } = record.exchange
  const bare = answer && { ...answer, headers: '', body: '', truncated: true }
  return {
    ...entry,
    record: {
      ...record,
      requestHeaders: '',
      error: record.error && 'What happened could not be stored.',
      exchange: { ...record.exchange, answer: bare },
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
