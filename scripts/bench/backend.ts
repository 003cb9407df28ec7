import { bookingHookJob } from '../../src/domains/bookings/hooks/hooks.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { newId } from '../../src/database/ids.ts'
import { openQueue, type Queue } from '../../src/database/queue.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { attemptNowJob, laneJob } from '../../src/webhooks/jobs.ts'
import { BENCH_SECRETS } from './stage.ts'

/** Characters of an id that say its kind and time. */
const TIMED_PREFIX = 13

/** For benches that need the worker in their own process, to start and stop it between turns. */
export const benchLog = createLogger('error')

export interface Backend {
  database: Database
  queue: Queue
}

export type Owner = Awaited<ReturnType<typeof createBenchOwner>>

export async function openBackend(url: string) {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(openDatabase(url, 10))
  const jobs = [dispatchJob, laneJob, attemptNowJob, bookingHookJob]
  const queue = stack.use(await openQueue(url, jobs, true, benchLog))
  const config = loadConfig({ ...BENCH_SECRETS, DATABASE_URL: url }, () => {
    throw new Error('the bench brings its own secrets')
  })
  const moved = stack.move()
  return {
    backend: { database, queue },
    config,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

/** What ids of deliveries made now begin with: their kind and time, by which housekeeping goes. */
export const timedIdPrefix = () => newId('webhookDelivery').slice(0, TIMED_PREFIX)

export function createBenchOwner({ database }: Backend) {
  return createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
}
