import type { Pool } from 'pg'
import { loadConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { openQueue, type Queue } from '../../src/db/queue.ts'
import { transaction } from '../../src/db/unit-of-work.ts'
import { keepHouse } from '../../src/delivery/retention.ts'
import { bookingHookJob } from '../../src/bookings/hooks.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createLocation } from '../../src/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { schema } from '../../src/schema.ts'
import { createOrganization } from '../../src/seed.ts'
import { attemptNowJob, laneJob } from '../../src/webhooks/jobs.ts'
import { createEndpoint } from '../../src/webhooks/service.ts'
import { startWorker } from '../../src/worker.ts'
import {
  BENCH_SECRETS,
  type BenchReceiver,
  median,
  percentiles,
  progress,
  round,
  startBenchReceiver,
  throwAwayDatabase,
} from './stage.ts'

const ENDPOINTS = 20
/** Endpoints that fail, a third of each ordering, with what they are owed waiting. */
const FAILING = 1_000
const BURST_EVENTS = 100
const SINGLE_EVENTS = 300
const PER_SECOND = 50
const DAYS = 10
const DAY_MS = 86_400_000
/** Rows per statement while the tables are filled. */
const CHUNK = 250_000

/** Full size unless a smaller one is asked for, to try the bench itself. */
const SHARE = Number(process.env['BENCH_SHARE'] ?? 1)
const FEW_PENDING = 10_000
const MANY_PENDING = Math.round(1_000_000 * SHARE)
const OLD_ATTEMPTS = Math.round(10_000_000 * SHARE)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)

type Owner = Awaited<ReturnType<typeof createOrganization>>
interface Stage {
  backend: { database: Database; queue: Queue }
  owner: Owner
  receiver: BenchReceiver
}

/**
 * What healthy endpoints get while the tables grow: deliveries a second in bursts, and the time from
 * commit to arrival of single events. First with 10,000 deliveries pending for 1,000 failing
 * endpoints, then with a million, then with ten million old attempts besides; last the time that
 * dropping a day of them takes. A ratio above 0.9 says that growth costs nothing worth naming.
 */
export async function run(): Promise<object[]> {
  await using receiver = await startBenchReceiver()
  await using server = await throwAwayDatabase({
    track_commit_timestamp: 'on',
    max_wal_size: '8GB',
  })
  await using database = openDatabase(server.url, 10)
  const log = createLogger('error')
  const jobs = [dispatchJob, laneJob, attemptNowJob, bookingHookJob]
  await using queue = await openQueue(server.url, jobs, true, log)
  const config = loadConfig({ ...BENCH_SECRETS, DATABASE_URL: server.url }, () => {
    throw new Error('the bench brings its own secrets')
  })
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const backend = { database, queue }
  for (let n = 0; n < ENDPOINTS; n++) {
    await transaction(backend, owner, (unit) =>
      createEndpoint(unit, config, schema, {
        url: `${receiver.origin}/${n}`,
        eventTypes: ['location.*'],
        customHeaders: [{ name: 'x-bench-track', value: 'yes' }],
      }),
    )
  }
  const { pool } = database
  const stage: Stage = { backend, owner, receiver }
  await addFailingEndpoints(pool, receiver.origin)
  // Something for the pending deliveries to be about.
  await record(stage, 1)

  const measureNow = async (what: string, work: () => Promise<void>) => {
    await work()
    await pool.query('VACUUM (ANALYZE)')
    await pool.query('CHECKPOINT')
    // Started anew each time: no plan is older than the tables.
    await using _worker = await startWorker({ config, database, queue, log })
    const measured = await measure(stage, what)
    return measured
  }
  const few = await measureNow('few', () => addPending(pool, FEW_PENDING))
  const many = await measureNow('many', () => addPending(pool, MANY_PENDING))
  const old = await measureNow('old', () => addOldAttempts(pool, OLD_ATTEMPTS))
  const dropDayMs = await dropDay(pool)
  return [
    { bench: 'growth', pending: MANY_PENDING, ...compare(few, many) },
    { bench: 'growth', attempts: OLD_ATTEMPTS, ...compare(few, old), dropDayMs },
  ]
}

interface Measured {
  perSecond: number
  p50: number
  p95: number
}

function compare(few: Measured, many: Measured) {
  return {
    perSecond: round(many.perSecond, 0),
    throughputRatio: round(many.perSecond / few.perSecond, 2),
    p50Ms: many.p50,
    latencyRatio: round(few.p50 / many.p50, 2),
    p95Ms: many.p95,
    p95Ratio: round(few.p95 / many.p95, 2),
  }
}

async function measure(stage: Stage, what: string): Promise<Measured> {
  const perSecond: number[] = []
  // The first round fills the caches.
  for (let n = 0; n <= ROUNDS; n++) {
    const value = await measureBurst(stage)
    if (n > 0) perSecond.push(value)
  }
  const { p50, p95 } = await measureSingles(stage)
  const measured = { perSecond: median(perSecond), p50, p95 }
  progress(`growth: ${what}: ${round(measured.perSecond, 0)}/s, p50 ${p50} ms, p95 ${p95} ms`)
  return measured
}

const record = ({ backend, owner }: Stage, count: number) =>
  transaction(backend, owner, async (unit) => {
    for (let n = 0; n < count; n++) await createLocation(unit, { name: 'Site', kind: 'LOCATION' })
  })

async function measureBurst(stage: Stage): Promise<number> {
  const { pool } = stage.backend.database
  const wanted = (await countArrived(pool)) + BURST_EVENTS * ENDPOINTS
  await record(stage, BURST_EVENTS)
  const startedAt = performance.now()
  while ((await countArrived(pool)) < wanted) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return (BURST_EVENTS * ENDPOINTS) / ((performance.now() - startedAt) / 1_000)
}

/** Deliveries that healthy endpoints have got, by what is left of their sequences. */
async function countArrived(pool: Pool): Promise<number> {
  const found = await pool.query<{ count: string }>(
    `SELECT sum(lane.last_sequence - (SELECT count(*) FROM webhook_delivery AS delivery
              WHERE delivery.endpoint_id = lane.endpoint_id AND delivery.status = 'PENDING'
                AND delivery.sequence IS NOT NULL)) AS count
       FROM delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
      WHERE NOT endpoint.name LIKE 'failing %' OR endpoint.name IS NULL`,
  )
  return Number(found.rows[0]?.count)
}

async function measureSingles(stage: Stage) {
  const { pool } = stage.backend.database
  const from = performance.timeOrigin + performance.now()
  const wanted = (await countArrived(pool)) + SINGLE_EVENTS * ENDPOINTS
  const startedAt = performance.now()
  for (let n = 0; n < SINGLE_EVENTS; n++) {
    const waitMs = startedAt + (n * 1_000) / PER_SECOND - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    await record(stage, 1)
  }
  while ((await countArrived(pool)) < wanted) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const arrivals = await stage.receiver.arrivals()
  const found = await pool.query<{ id: string; at: number }>(
    'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM location',
  )
  const single = found.rows.filter((row) => row.at >= from)
  return percentiles(single.map((row) => (arrivals.get(row.id) ?? NaN) - row.at))
}

/** Endpoints that answer 500, without a secret of their own: nobody reads what they get. */
async function addFailingEndpoints(pool: Pool, origin: string): Promise<void> {
  await pool.query(
    `INSERT INTO webhook_endpoint
            (id, organization_id, url, name, event_types, changed_fields, header_names, ordering, created_by_id)
     SELECT 'whk-failing' || lpad(n::text, 11, '0'), model.organization_id, $1 || n, 'failing ' || n,
            '{booking.*}', '{}', '{}',
            (ARRAY['ENDPOINT', 'OBJECT', 'NONE'])[n % 3 + 1]::webhook_ordering, model.created_by_id
       FROM generate_series(1, $2::int) AS n,
            (SELECT * FROM webhook_endpoint LIMIT 1) AS model`,
    [`${origin}/fail/`, FAILING],
  )
  await pool.query(
    `INSERT INTO delivery_lane (endpoint_id, organization_id)
     SELECT id, organization_id FROM webhook_endpoint WHERE name LIKE 'failing %'`,
  )
}

/**
 * Brings what the failing endpoints are owed to so many deliveries in all. Whatever their number,
 * each endpoint has one that comes due within ten minutes; the others wait for a later attempt, or
 * behind one that does, so that only the table grows and not what is sent.
 */
async function addPending(pool: Pool, total: number): Promise<void> {
  const each = Math.round(total / FAILING)
  const found = await pool.query<{ have: number }>(
    `SELECT coalesce(max(last_sequence), 0)::int AS have FROM delivery_lane AS lane
       JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
      WHERE endpoint.name LIKE 'failing %'`,
  )
  const have = found.rows[0]?.have ?? 0
  const step = Math.max(1, Math.floor(CHUNK / FAILING))
  for (let from = have + 1; from <= each; from += step) {
    await pool.query(
      `INSERT INTO webhook_delivery
              (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence,
               attempt_count, due_at, next_attempt_at, last_error)
       SELECT 'dlv-' || substr(endpoint.id, 12) || '-' || n, endpoint.organization_id, endpoint.id,
              event.id, event.type, 'bk-' || n % 50, n, CASE WHEN tried THEN 3 ELSE 0 END, now(),
              CASE WHEN n = 1 THEN now() + random() * interval '10 minutes'
                   WHEN tried THEN now() + interval '1 hour' + random() * interval '10 hours'
                   ELSE now() END,
              CASE WHEN tried THEN 'response.status' END
         FROM webhook_endpoint AS endpoint, generate_series($1::int, $2::int) AS n,
              LATERAL (SELECT CASE endpoint.ordering WHEN 'ENDPOINT' THEN n = 1
                                                     WHEN 'OBJECT' THEN n <= 50
                                                     ELSE true END AS tried) AS state,
              (SELECT id, type FROM event LIMIT 1) AS event
        WHERE endpoint.name LIKE 'failing %'`,
      [from, Math.min(each, from + step - 1)],
    )
  }
  await pool.query(
    `UPDATE delivery_lane AS lane
        SET last_sequence = $1, consecutive_failures = 3, failing_since = now(),
            wake_at = now() + random() * interval '10 minutes'
       FROM webhook_endpoint AS endpoint
      WHERE endpoint.id = lane.endpoint_id AND endpoint.name LIKE 'failing %'`,
    [each],
  )
  progress(`growth: ${each * FAILING} deliveries pending`)
}

/** Attempts of the last ten days before today, a partition for each day. */
async function addOldAttempts(pool: Pool, total: number): Promise<void> {
  const today = Math.floor(Date.now() / DAY_MS)
  for (let ago = 1; ago <= DAYS; ago++) {
    const [from, to] = [today - ago, today - ago + 1].map((day) =>
      new Date(day * DAY_MS).toISOString().slice(0, 10),
    )
    await pool.query(
      `CREATE TABLE "webhook_attempt_${from?.replaceAll('-', '')}" PARTITION OF webhook_attempt
         FOR VALUES FROM ('${from} 00:00Z') TO ('${to} 00:00Z')`,
    )
    for (let left = total / DAYS; left > 0; left -= CHUNK) {
      await pool.query(
        `INSERT INTO webhook_attempt
                (started_at, delivery_id, organization_id, endpoint_id, attempt, succeeded,
                 status_code, request_headers, response_headers, response_body, total_ms)
         SELECT $1::timestamptz + n * interval '1 day' / $2::int, 'dlv-old-' || $3::text || '-' || n,
                model.organization_id, model.id, 1, true, 200, repeat('header: value' || chr(10), 12),
                'content-length: 2', 'ok', 3
           FROM generate_series(0, $2::int - 1) AS n,
                (SELECT id, organization_id FROM webhook_endpoint LIMIT 1) AS model`,
        [`${from} 00:00Z`, Math.min(left, CHUNK), `${ago}-${left}`],
      )
    }
    progress(`growth: ${Math.round((total / DAYS) * ago)} old attempts`)
  }
}

/** The product's own housekeeping, when exactly one day has become too old. */
async function dropDay(pool: Pool): Promise<number> {
  const count = async () => {
    const found = await pool.query(
      `SELECT 1 FROM pg_inherits WHERE inhparent = 'webhook_attempt'::regclass`,
    )
    return found.rows.length
  }
  await keepHouse(pool, DAYS)
  const before = await count()
  const startedAt = performance.now()
  await keepHouse(pool, DAYS - 1)
  const tookMs = performance.now() - startedAt
  if ((await count()) !== before - 1) throw new Error('not exactly one day was dropped')
  return round(tookMs)
}
