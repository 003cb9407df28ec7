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

const DATABASE_TIMEOUT_MS = 2_000

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
    database: await answers(parts.database),
    queue: await parts.queue.isHealthy(),
    stream: parts.stream.connected,
  }
  return { ready: Object.values(checks).every(Boolean), ...checks }
}

async function answers(database: Database): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(resolve, DATABASE_TIMEOUT_MS, false).unref()
  })
  return Promise.race([
    database.pool.query('SELECT 1').then(
      () => true,
      () => false,
    ),
    late,
  ])
}
