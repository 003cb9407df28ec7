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

export async function checkReadiness(parts: {
  database: Database
  queue: Queue
  stream: EventStream
  stopping: boolean
}): Promise<Readiness> {
  const checks = {
    database: await answers(parts.database),
    queue: await parts.queue.isHealthy(),
    stream: parts.stream.connected,
  }
  return { ready: !parts.stopping && Object.values(checks).every(Boolean), ...checks }
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
