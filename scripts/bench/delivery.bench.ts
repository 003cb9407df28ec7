import { Client } from 'pg'
import { PgBoss } from 'pg-boss'
import { Pool as HttpPool } from 'undici'
import { loadConfig } from '../../src/config/config.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { openQueue, type Queue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { makeSigningKey, signAttempt } from '../../src/delivery/attempt/signing.ts'
import { bookingHookJob } from '../../src/domains/bookings/hooks/hooks.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createLogger } from '../../src/log.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { schema } from '../../src/schema.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { attemptNowJob, laneJob } from '../../src/webhooks/jobs.ts'
import { createEndpoint } from '../../src/webhooks/endpoints/service.ts'
import { startWorker } from '../../src/worker/worker.ts'
import {
  BENCH_SECRETS,
  type BenchReceiver,
  median,
  progress,
  round,
  startBenchReceiver,
  throwAwayDatabase,
} from './stage.ts'

const ENDPOINTS = 50
const EVENTS = 200
const DELIVERIES = ENDPOINTS * EVENTS
const ROUNDS = 3
/** The plain worker is slow: it is measured over a stretch of time, not until it is done. */
const PLAIN_WORKER_MS = 8_000
const KEYS = [makeSigningKey(`whsec_${Buffer.alloc(24, 5).toString('base64')}`)]

/**
 * 10,000 deliveries to 50 endpoints on loopback, from the commit of their 200 events until every
 * attempt is logged, beside a bare undici loop that signs and posts the same bytes and beside a
 * plain pg-boss worker with one job per delivery.
 */
export async function run(): Promise<object[]> {
  await using receiver = await startBenchReceiver()
  await using server = await throwAwayDatabase()
  await using database = openDatabase(server.url, 10)
  const log = createLogger('error')
  const jobs = [dispatchJob, laneJob, attemptNowJob, bookingHookJob]
  await using queue = await openQueue(server.url, jobs, true, log)
  const config = loadConfig({ ...BENCH_SECRETS, DATABASE_URL: server.url }, () => {
    throw new Error('the bench brings its own secrets')
  })
  const statements = countStatements()
  await using _worker = await startWorker({
    config,
    database,
    queue,
    log,
    loadSchema: async () => schema,
  })
  const backend = { database, queue }
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  await transaction(backend, owner, async (unit) => {
    for (let n = 0; n < ENDPOINTS; n++) {
      await createEndpoint(unit, config, schema, {
        url: `${receiver.origin}/${n}`,
        eventTypes: ['location.*'],
      })
    }
  })
  const ours: number[] = []
  const bare: number[] = []
  const sql: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const measured = await measureOurs(backend, owner, receiver, statements)
    ours.push(measured.perSecond)
    sql.push(measured.sqlPerDelivery)
    const body = await sampleBody(database)
    bare.push(await measureBareLoop(receiver, body))
    progress(
      `delivery: round ${n}: ${round(ours.at(-1) ?? 0, 0)}/s, bare loop ${round(bare.at(-1) ?? 0, 0)}/s, ${round(measured.sqlPerDelivery, 3)} statements per delivery`,
    )
  }
  const plain = await measurePlainWorker(server.url, receiver, await sampleBody(database))
  progress(`delivery: plain pg-boss worker ${round(plain)}/s`)
  const perSecond = median(ours)
  return [
    {
      bench: 'delivery',
      perSecond: round(perSecond, 0),
      bareLoopPerSecond: round(median(bare), 0),
      plainWorkerPerSecond: round(plain),
      ratioToBareLoop: round(median(ours.map((value, n) => value / (bare[n] ?? Number.NaN))), 3),
      ratioToPlainWorker: round(perSecond / plain, 1),
      sqlPerDelivery: round(median(sql), 3),
    },
  ]
}

/** Counts every statement that this process sends, pg-boss's and Prisma's included. */
function countStatements(): { count: number } {
  const counter = { count: 0 }
  const query = Reflect.get(Client.prototype, 'query') as (...args: unknown[]) => unknown
  Object.assign(Client.prototype, {
    query(this: Client, ...args: unknown[]) {
      counter.count++
      return query.apply(this, args)
    },
  })
  return counter
}

type Owner = Awaited<ReturnType<typeof createOrganization>>

async function measureOurs(
  backend: { database: Database; queue: Queue },
  owner: Owner,
  receiver: BenchReceiver,
  statements: { count: number },
): Promise<{ perSecond: number; sqlPerDelivery: number }> {
  receiver.reset()
  const { pool } = backend.database
  const logged = async () => {
    const found = await pool.query<{ count: string }>('SELECT count(*) FROM webhook_attempt')
    return Number(found.rows[0]?.count)
  }
  const before = await logged()
  await transaction(backend, owner, async (unit) => {
    for (let n = 0; n < EVENTS; n++) {
      await createLocation(unit, { name: `Site ${n}`, kind: 'LOCATION' })
    }
  })
  const startedAt = performance.now()
  const statementsBefore = statements.count
  await receiver.waitForCount(DELIVERIES, 120_000)
  while ((await logged()) < before + DELIVERIES) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const seconds = (performance.now() - startedAt) / 1_000
  const open = await pool.query(
    `SELECT 1 FROM webhook_delivery WHERE status <> 'SUCCEEDED' LIMIT 1`,
  )
  if (open.rows.length > 0) throw new Error('not every delivery succeeded')
  return {
    perSecond: DELIVERIES / seconds,
    sqlPerDelivery: (statements.count - statementsBefore) / DELIVERIES,
  }
}

async function sampleBody(database: Database): Promise<string> {
  const found = await database.pool.query<{ body: string }>('SELECT body FROM event LIMIT 1')
  return found.rows[0]?.body ?? ''
}

/** What the machine can do at best: one connection per endpoint, sign, post, next. */
async function measureBareLoop(receiver: BenchReceiver, body: string): Promise<number> {
  receiver.reset()
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: ENDPOINTS }, async (_, endpoint) => {
      const client = new HttpPool(receiver.origin, { connections: 1 })
      for (let n = 1; n <= EVENTS; n++) await post(client, `/${endpoint}`, body, n)
      await client.close()
    }),
  )
  return DELIVERIES / ((performance.now() - startedAt) / 1_000)
}

async function post(client: HttpPool, path: string, body: string, sequence: number): Promise<void> {
  const timestamp = Math.floor(Date.now() / 1_000)
  const bytes = Buffer.from(body)
  const { infodeck, standard } = signAttempt(KEYS, 'evt_bench', timestamp, bytes)
  const answer = await client.request({
    path,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bench',
      'x-infodeck-signature': infodeck,
      'webhook-id': 'evt_bench',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': standard,
      'webhook-sequence': String(sequence),
      'webhook-attempt': '1',
    },
    body: bytes,
  })
  await answer.body.dump()
}

/** One job per delivery, twenty loops at their shortest polling interval, one attempt row each. */
async function measurePlainWorker(
  url: string,
  receiver: BenchReceiver,
  body: string,
): Promise<number> {
  const boss = new PgBoss({ connectionString: url, schema: 'plain_worker' })
  const client = new HttpPool(receiver.origin)
  await using database = openDatabase(url, 20)
  boss.on('error', (error) => progress(error.message))
  await boss.start()
  await boss.createQueue('deliver')
  await boss.insert(
    'deliver',
    Array.from({ length: 2_000 }, (_, n) => ({ data: { endpoint: n % ENDPOINTS, n } })),
  )
  await database.pool.query('CREATE TABLE plain_attempt (id serial, endpoint int, at timestamptz)')
  let done = 0
  await boss.work<{ endpoint: number; n: number }>(
    'deliver',
    { localConcurrency: 20, pollingIntervalSeconds: 0.5 },
    async (batch) => {
      for (const job of batch) {
        await post(client, `/${job.data.endpoint}`, body, job.data.n)
        await database.pool.query('INSERT INTO plain_attempt (endpoint, at) VALUES ($1, now())', [
          job.data.endpoint,
        ])
        done++
      }
    },
  )
  await new Promise((resolve) => setTimeout(resolve, PLAIN_WORKER_MS))
  const perSecond = done / (PLAIN_WORKER_MS / 1_000)
  await boss.stop({ graceful: false })
  await client.close()
  return perSecond
}
