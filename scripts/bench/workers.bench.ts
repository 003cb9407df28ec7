import { loadConfig } from '../../src/config/config.ts'
import { openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { schema } from '../../src/schema.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { attemptNowJob, laneJob } from '../../src/webhooks/jobs.ts'
import { createEndpoint } from '../../src/webhooks/endpoints/service.ts'
import {
  BENCH_SECRETS,
  type BenchReceiver,
  median,
  progress,
  round,
  startBenchReceiver,
  startWorkerProcess,
  throwAwayDatabase,
  watchCores,
} from './stage.ts'

const WORKERS = [1, 2, 4]
const ENDPOINTS = Number(process.env['BENCH_ENDPOINTS'] ?? 100)
const MAX_IN_FLIGHT = 4
/** Of one process. With answers after 50 ms one worker sends 640 a second at most. */
const CONCURRENCY = Number(process.env['BENCH_CONCURRENCY'] ?? 32)
const ANSWER_MS = 50
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10)
/** Until the lanes are spread over the workers. */
const WARM_UP_MS = 4_000
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)

/**
 * A backlog for 100 endpoints with ordering OBJECT, whose receivers answer after 50 ms, drained by
 * one, two and four worker processes. What bounds a worker is its concurrency, so that more of them
 * send more until the machine's cores are full: `busyCores` says how full they were.
 */
export async function run(): Promise<object[]> {
  const lines: object[] = []
  for (const workers of WORKERS) {
    const perSecond: number[] = []
    const busy: number[] = []
    for (let n = 1; n <= ROUNDS; n++) {
      const measured = await measure(workers)
      perSecond.push(measured.perSecond)
      busy.push(measured.busyCores)
      progress(
        `workers: ${workers}: round ${n}: ${round(measured.perSecond, 0)}/s, cores ${round(measured.busyCores * 100, 0)} % busy`,
      )
    }
    lines.push({
      bench: 'workers',
      workers,
      perSecond: round(median(perSecond), 0),
      ideal: (workers * CONCURRENCY * 1_000) / ANSWER_MS,
      busyCores: round(median(busy), 2),
    })
  }
  return lines
}

async function measure(workers: number) {
  await using receiver = await startBenchReceiver(ANSWER_MS)
  await using server = await throwAwayDatabase()
  await fill(server.url, receiver, workers)
  const env = {
    DATABASE_URL: server.url,
    ...BENCH_SECRETS,
    WEBHOOK_CONCURRENCY: String(CONCURRENCY),
  }
  await using stack = new AsyncDisposableStack()
  for (let n = 0; n < workers; n++) stack.use(await startWorkerProcess(env))
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS))
  const before = await receiver.count()
  const readCores = watchCores()
  const startedAt = performance.now()
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000))
  const sent = (await receiver.count()) - before
  const seconds = (performance.now() - startedAt) / 1_000
  return { perSecond: sent / seconds, busyCores: readCores() }
}

/** More events than the workers can send while they are measured. */
async function fill(url: string, receiver: BenchReceiver, workers: number): Promise<void> {
  await using database = openDatabase(url, 4)
  const log = createLogger('error')
  await using queue = await openQueue(url, [dispatchJob, laneJob, attemptNowJob], false, log)
  const config = loadConfig({ ...BENCH_SECRETS, DATABASE_URL: url }, () => {
    throw new Error('the bench brings its own secrets')
  })
  const backend = { database, queue }
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const perSecond = (workers * CONCURRENCY * 1_000) / ANSWER_MS
  const events = Math.ceil((perSecond * (SECONDS + WARM_UP_MS / 1_000) * 1.5) / ENDPOINTS)
  for (let n = 0; n < ENDPOINTS; n++) {
    await transaction(backend, owner, (unit) =>
      createEndpoint(unit, config, schema, {
        url: `${receiver.origin}/slow?${n}`,
        eventTypes: ['location.*'],
        ordering: 'OBJECT',
        maxInFlight: MAX_IN_FLIGHT,
      }),
    )
  }
  for (let made = 0; made < events; made += 50) {
    await transaction(backend, owner, async (unit) => {
      for (let n = 0; n < Math.min(50, events - made); n++) {
        await createLocation(unit, { name: `Site ${n}`, kind: 'LOCATION' })
      }
    })
  }
}
