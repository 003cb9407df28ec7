import { Client, type Pool } from 'pg'
import { openDatabase } from '../../src/database/database.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { keepHouse } from '../../src/delivery/log/retention.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { schema } from '../../src/schema.ts'
import { createEndpoint } from '../../src/webhooks/endpoints/service.ts'
import { startWorker } from '../../src/worker/worker.ts'
import {
  type Backend,
  benchLog,
  createBenchOwner,
  openBackend,
  type Owner,
  timedIdPrefix,
} from './backend.ts'
import {
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
const BURST_EVENTS = 300
const SINGLE_EVENTS = 200
const PER_SECOND = 50
const DAYS = 10
const DAY_MS = 86_400_000
/** Rows per statement while the tables are filled. */
const CHUNK = 250_000
const PATIENCE_MS = 120_000

/** Full size unless a smaller one is asked for, to try the bench itself. */
const SHARE = Number(process.env['BENCH_SHARE'] ?? 1)
const FEW_PENDING = 10_000
const MANY_PENDING = Math.round(1_000_000 * SHARE)
const OLD_ATTEMPTS = Math.round(10_000_000 * SHARE)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7)

/** The same database three times: as it is, with many deliveries pending, with many old attempts. */
const SIZES = ['few', 'many', 'old'] as const
type Size = (typeof SIZES)[number]

interface Stage {
  backend: Backend
  owner: Owner
  receiver: BenchReceiver
}
interface Measured {
  perSecond: number
  p50: number
  p95: number
}

/**
 * What healthy endpoints get while the tables grow: deliveries a second in bursts, and the time from
 * commit to arrival of single events. With 10,000 deliveries pending for 1,000 failing endpoints,
 * with a million, and with ten million old attempts; last the time that dropping a day of them takes.
 *
 * The sizes are measured by turns, round after round, and a ratio is the median of the rounds'
 * ratios: what the machine does besides falls on all of them. Each turn starts a worker of its own,
 * so that no plan is older than the tables, and begins with a burst that nobody measures, so that
 * nothing is read for the first time. A ratio above 0.9 says that growth costs nothing worth naming.
 */
export async function run(): Promise<object[]> {
  await using receiver = await startBenchReceiver()
  await using server = await throwAwayDatabase({
    track_commit_timestamp: 'on',
    max_wal_size: '8GB',
  })
  const owner = await furnish(server.url, receiver.origin)
  for (const size of SIZES) {
    await copyDatabase(server.url, size)
    await using database = openDatabase(urlOf(server.url, size), 2)
    if (size === 'many') await addPending(database.pool, MANY_PENDING)
    if (size === 'old') await addOldAttempts(database.pool, OLD_ATTEMPTS)
    // What comes of filling a table at once, and not of its size: done before anything is measured.
    await database.pool.query('VACUUM (FREEZE, ANALYZE)')
  }
  const rounds: Record<Size, Measured>[] = []
  // The first round is for the machine to get warm.
  for (let n = 0; n <= ROUNDS; n++) {
    const measured: Partial<Record<Size, Measured>> = {}
    // Each size comes first, second and last equally often.
    for (const [index] of SIZES.entries()) {
      const size = SIZES[(n + index) % SIZES.length] ?? 'few'
      measured[size] = await takeTurn(urlOf(server.url, size), owner, receiver, size)
    }
    const { few, many, old } = measured
    if (n > 0 && few && many && old) rounds.push({ few, many, old })
  }
  await using old = openDatabase(urlOf(server.url, 'old'), 2)
  const dropDayMs = await dropDay(old.pool)
  return [
    { bench: 'growth', pending: MANY_PENDING, ...compare(rounds, 'many') },
    { bench: 'growth', attempts: OLD_ATTEMPTS, ...compare(rounds, 'old'), dropDayMs },
  ]
}

function compare(rounds: readonly Record<Size, Measured>[], size: Size) {
  const middle = (pick: (measured: Record<Size, Measured>) => number, digits: number) =>
    round(median(rounds.map(pick)), digits)
  return {
    perSecond: middle((each) => each[size].perSecond, 0),
    throughputRatio: middle((each) => each[size].perSecond / each.few.perSecond, 2),
    p50Ms: middle((each) => each[size].p50, 1),
    latencyRatio: middle((each) => each.few.p50 / each[size].p50, 2),
    p95Ms: middle((each) => each[size].p95, 1),
    p95Ratio: middle((each) => each.few.p95 / each[size].p95, 2),
  }
}

/** An organization with its endpoints, healthy and failing, and the fewest deliveries pending. */
async function furnish(url: string, origin: string): Promise<Owner> {
  await using stage = await openBackend(url)
  const { backend, config } = stage
  const owner = await createBenchOwner(backend)
  for (let n = 0; n < ENDPOINTS; n++) {
    await transaction(backend, owner, (unit) =>
      createEndpoint(unit, config, schema, {
        url: `${origin}/${n}`,
        eventTypes: ['location.*'],
        customHeaders: [{ name: 'x-bench-track', value: 'yes' }],
      }),
    )
  }
  const { pool } = backend.database
  await addFailingEndpoints(pool, origin)
  // Something for the pending deliveries to be about.
  await record(backend, owner, 1)
  await addPending(pool, FEW_PENDING)
  return owner
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/** Nobody may be connected to the database that is copied. */
async function copyDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(serverUrl, 'postgres') })
  await client.connect()
  try {
    const model = new URL(serverUrl).pathname.slice(1)
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${model}`)
  } finally {
    await client.end()
  }
}

async function takeTurn(
  url: string,
  owner: Owner,
  receiver: BenchReceiver,
  size: Size,
): Promise<Measured> {
  await using opened = await openBackend(url)
  const { backend, config } = opened
  const { pool } = backend.database
  await setDue(pool)
  await pool.query('CHECKPOINT')
  await using _worker = await startWorker({
    config,
    ...backend,
    log: benchLog,
    loadSchema: async () => schema,
  })
  const stage = { backend, owner, receiver }
  await measureBurst(stage)
  const perSecond = await measureBurst(stage)
  const { p50, p95 } = await measureSingles(stage)
  progress(`growth: ${size}: ${round(perSecond, 0)}/s, p50 ${p50} ms, p95 ${p95} ms`)
  return { perSecond, p50, p95 }
}

const record = (backend: Backend, owner: Owner, count: number) =>
  transaction(backend, owner, async (unit) => {
    for (let n = 0; n < count; n++) await createLocation(unit, { name: 'Site', kind: 'LOCATION' })
  })

/** Deliveries a second from the commit of many events until the last one has arrived. */
async function measureBurst({ backend, owner, receiver }: Stage): Promise<number> {
  const wanted = (await receiver.count()) + BURST_EVENTS * ENDPOINTS
  await record(backend, owner, BURST_EVENTS)
  const startedAt = performance.now()
  await receiver.waitForCount(wanted, PATIENCE_MS)
  return (BURST_EVENTS * ENDPOINTS) / ((performance.now() - startedAt) / 1_000)
}

async function measureSingles({ backend, owner, receiver }: Stage) {
  const from = performance.timeOrigin + performance.now()
  const wanted = (await receiver.count()) + SINGLE_EVENTS * ENDPOINTS
  const startedAt = performance.now()
  for (let n = 0; n < SINGLE_EVENTS; n++) {
    const waitMs = startedAt + (n * 1_000) / PER_SECOND - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    await record(backend, owner, 1)
  }
  await receiver.waitForCount(wanted, PATIENCE_MS)
  const arrivals = await receiver.arrivals()
  const found = await backend.database.pool.query<{ id: string; at: number }>(
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

/** Each failing endpoint tries one delivery in the ten minutes after a turn begins, at any size. */
async function setDue(pool: Pool): Promise<void> {
  await pool.query(
    `WITH failing AS (
       UPDATE delivery_lane AS lane SET wake_at = now() + random() * interval '10 minutes'
         FROM webhook_endpoint AS endpoint
        WHERE endpoint.id = lane.endpoint_id AND endpoint.name LIKE 'failing %'
       RETURNING lane.endpoint_id, lane.wake_at)
     UPDATE webhook_delivery AS delivery SET next_attempt_at = failing.wake_at
       FROM failing WHERE delivery.endpoint_id = failing.endpoint_id AND delivery.sequence = 1`,
  )
}

/**
 * Brings what the failing endpoints are owed to so many deliveries in all. Whatever their number,
 * the first of each endpoint comes due soon (`setDue`); the others wait for a later attempt, or
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
       SELECT $3 || substr(endpoint.id, 12) || '-' || n, endpoint.organization_id, endpoint.id,
              event.id, event.type, 'bk-' || n % 50, n, CASE WHEN tried THEN 3 ELSE 0 END, now(),
              CASE WHEN tried THEN now() + interval '1 hour' + random() * interval '10 hours'
                   ELSE now() END,
              CASE WHEN tried THEN 'response.status' END
         FROM webhook_endpoint AS endpoint, generate_series($1::int, $2::int) AS n,
              LATERAL (SELECT CASE endpoint.ordering WHEN 'ENDPOINT' THEN n = 1
                                                     WHEN 'OBJECT' THEN n <= 50
                                                     ELSE true END AS tried) AS state,
              (SELECT id, type FROM event LIMIT 1) AS event
        WHERE endpoint.name LIKE 'failing %'`,
      [from, Math.min(each, from + step - 1), timedIdPrefix()],
    )
  }
  await pool.query(
    `UPDATE delivery_lane AS lane
        SET last_sequence = $1, consecutive_failures = 3, failing_since = now(), wake_at = now()
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
