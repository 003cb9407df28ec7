import type { Pool } from 'pg'
import { transaction } from '../../src/database/unit-of-work.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { schema } from '../../src/schema.ts'
import { createEndpoint } from '../../src/webhooks/endpoints/service.ts'
import { startWorker } from '../../src/worker/worker.ts'
import { benchLog, createBenchOwner, openBackend, type Owner, timedIdPrefix } from './backend.ts'
import {
  type BenchReceiver,
  median,
  progress,
  round,
  startBenchReceiver,
  throwAwayDatabase,
} from './stage.ts'

/** What one endpoint is owed. */
const OWED = 50_000
const RECORDS = 5_000
const MAX_IN_FLIGHT = 50
const ROUNDS = 3
const PATIENCE_MS = 300_000

const ORDERINGS = ['ENDPOINT', 'OBJECT', 'NONE'] as const
type Ordering = (typeof ORDERINGS)[number]

interface Stage extends Pick<Awaited<ReturnType<typeof openBackend>>, 'backend' | 'config'> {
  owner: Owner
}

/**
 * An endpoint that comes back after an outage: deliveries a second until what it is owed has arrived,
 * as a share of what it gets when nothing of that was tried before. Tried is what stood in front: the
 * first of all, the first of each record, or all of it, by ordering. All that was tried is due.
 */
export async function run(): Promise<object[]> {
  await using receiver = await startBenchReceiver()
  await using server = await throwAwayDatabase()
  await using opened = await openBackend(server.url)
  const owner = await createBenchOwner(opened.backend)
  const stage = { ...opened, owner }
  // Something for the deliveries to be about.
  await transaction(opened.backend, owner, (unit) =>
    createLocation(unit, { name: 'Site', kind: 'LOCATION' }),
  )
  const lines: object[] = []
  for (const ordering of ORDERINGS) {
    const rates: Record<'fresh' | 'tried', number[]> = { fresh: [], tried: [] }
    for (let n = 0; n <= ROUNDS; n++) {
      for (const state of ['fresh', 'tried'] as const) {
        const rate = await drain(stage, receiver, ordering, state === 'tried')
        progress(`recovery: ${ordering}, ${state}: ${round(rate, 0)}/s`)
        if (n > 0) rates[state].push(rate)
      }
    }
    const [perSecond, freshPerSecond] = [median(rates.tried), median(rates.fresh)]
    const ratio = round(perSecond / freshPerSecond, 2)
    const [tried, fresh] = [round(perSecond, 0), round(freshPerSecond, 0)]
    lines.push({ bench: 'recovery', ordering, perSecond: tried, freshPerSecond: fresh, ratio })
  }
  return lines
}

async function drain(
  { backend, config, owner }: Stage,
  receiver: BenchReceiver,
  ordering: Ordering,
  tried: boolean,
): Promise<number> {
  const { endpoint } = await transaction(backend, owner, (unit) =>
    createEndpoint(unit, config, schema, {
      url: receiver.origin,
      eventTypes: ['booking.*'],
      ordering,
      maxInFlight: MAX_IN_FLIGHT,
    }),
  )
  const { pool } = backend.database
  await owe(pool, endpoint.id, ordering, tried)
  const wanted = (await receiver.count()) + OWED
  const startedAt = performance.now()
  await using _worker = await startWorker({
    config,
    ...backend,
    log: benchLog,
    loadSchema: async () => schema,
  })
  await receiver.waitForCount(wanted, PATIENCE_MS)
  return OWED / ((performance.now() - startedAt) / 1_000)
}

async function owe(pool: Pool, endpointId: string, ordering: Ordering, tried: boolean) {
  const front = { ENDPOINT: 1, OBJECT: RECORDS, NONE: OWED }[ordering]
  await pool.query(
    `INSERT INTO webhook_delivery
            (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence,
             attempt_count, due_at, next_attempt_at, last_error)
     SELECT $4 || right($1, 6) || lpad(n::text, 9, '0'), event.organization_id, $1, event.id,
            event.type, 'bk-' || n % $3::int, n, CASE WHEN n <= $5 THEN 3 ELSE 0 END, now(), now(),
            CASE WHEN n <= $5 THEN 'response.status' END
       FROM generate_series(1, $2::int) AS n, (SELECT * FROM event LIMIT 1) AS event`,
    [endpointId, OWED, RECORDS, timedIdPrefix(), tried ? front : 0],
  )
  await pool.query(
    `UPDATE delivery_lane
        SET last_sequence = $2, wake_at = now(), consecutive_failures = $3::int,
            failing_since = CASE WHEN $3::int > 0 THEN now() END
      WHERE endpoint_id = $1`,
    [endpointId, OWED, tried ? 3 : 0],
  )
  await pool.query('ANALYZE webhook_delivery')
}
