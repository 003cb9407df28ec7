import type { Database } from '../database/database.ts'
import type { Queue } from '../database/queue.ts'
import type { EventStream } from '../events/stream.ts'

/** Each part that must work before requests are worth sending here. */
export interface Readiness {
  ready: boolean
  database: boolean
  queue: boolean
  stream: boolean
}

/** For each of them: who asks does not wait longer than that, whatever hangs. */
const CHECK_TIMEOUT_MS = 2_000

/** However many ask: each time so long after it was found, it is looked at anew, once for all of them. */
const FRESH_MS = 500

interface Parts {
  database: Database
  queue: Queue
  stream: EventStream
}

/** Tells how things are, at the cost of one look every half second. */
export function shareReadiness(parts: Parts): () => Promise<Readiness> {
  let looking: Promise<Readiness> | undefined
  return () => {
    looking ??= checkReadiness(parts).finally(() => {
      setTimeout(() => {
        looking = undefined
      }, FRESH_MS).unref()
    })
    return looking
  }
}

async function checkReadiness(parts: Parts): Promise<Readiness> {
  const checks = {
    database: await inTime(parts.database.pool.query('SELECT 1').then(() => true)),
    queue: await inTime(parts.queue.isHealthy()),
    stream: parts.stream.connected,
  }
  return { ready: Object.values(checks).every(Boolean), ...checks }
}

/** Never rejects. */
async function inTime(check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, false)
  })
  return Promise.race([check.catch(() => false), late]).finally(() => clearTimeout(timer))
}
