import { fork } from 'node:child_process'
import path from 'node:path'
import { SCOPES } from '../../src/access/caller.ts'
import { openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { seedCampus } from '../../src/demo/seed-campus.ts'
import { dashboardQueries, type DashboardScope } from './dashboard-queries.ts'
import {
  BENCH_SECRETS,
  median,
  percentiles,
  progress,
  round,
  startClient,
  startProduct,
  throwAwayDatabase,
} from './stage.ts'

/** 100 = 300 sites, 20,000 assets, 60,000 work orders; READS_SCALE for a quicker look. */
const SCALE = Number(process.env['READS_SCALE'] ?? 100)
const KEYS = 8
const CONNECTIONS = 4
/** Of each dashboard query; the first tenth warms up and does not count. */
const TRIES = 100
const ROUNDS = 12
const REQUESTS_PER_ROUND = 150

const LIST = `{ workOrders(first: 50) {
  nodes { id title status priority type slaStatus created dueAt
    assignee { id name } asset { id name status } location { id name kind } }
  pageInfo { hasNextPage endCursor } } }`

/**
 * Reading on a large campus: the ten commonest dashboard queries one by one, then a page of 50 work
 * orders with assignee, asset and place beside a handler written by hand for exactly that page.
 */
export async function run(): Promise<object[]> {
  await using server = await throwAwayDatabase({ shared_buffers: '256MB' })
  const { keys, scope } = await furnish(server.url)
  const headers = keys.map((key) => ({ 'x-api-key': key }))
  await using product = await startProduct({
    ...BENCH_SECRETS,
    DATABASE_URL: server.url,
    ROLES: 'server',
    REQUESTS_PER_MINUTE: '30000',
  })
  await using client = await startClient()
  const load = (body: object, requests: number, connections: number, origin = product.url) =>
    client.load({ origin, headers, body: JSON.stringify(body), requests, connections })

  const lines: object[] = []
  for (const [query, document] of Object.entries(dashboardQueries(scope))) {
    const { latenciesMs } = await load({ query: document }, TRIES, 1)
    const { p50, p95 } = percentiles(latenciesMs.slice(TRIES / 10))
    lines.push({ bench: 'reads', query, p50Ms: p50, p95Ms: p95 })
    progress(`reads: ${query} p50 ${p50} ms, p95 ${p95} ms`)
  }

  await using handwritten = await startHandwritten(server.url)
  const perSecond = { product: [] as number[], handwritten: [] as number[] }
  const ratios: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const measureProduct = async () => {
      const { totalMs } = await load({ query: LIST }, REQUESTS_PER_ROUND, CONNECTIONS)
      return (REQUESTS_PER_ROUND / totalMs) * 1_000
    }
    const measureHandwritten = async () => {
      const { origin } = handwritten
      const { totalMs } = await load({ first: 50 }, REQUESTS_PER_ROUND, CONNECTIONS, origin)
      return (REQUESTS_PER_ROUND / totalMs) * 1_000
    }
    // In turn, each first as often as second: what else the machine does meets both.
    let ours: number
    let theirs: number
    if (round % 2 === 0) {
      ours = await measureProduct()
      theirs = await measureHandwritten()
    } else {
      theirs = await measureHandwritten()
      ours = await measureProduct()
    }
    // The first round warms both up.
    if (round === 0) continue
    perSecond.product.push(ours)
    perSecond.handwritten.push(theirs)
    ratios.push(ours / theirs)
  }
  lines.push({
    bench: 'reads',
    ratioToHandwritten: round(median(ratios), 3),
    requestsPerSecond: round(median(perSecond.product)),
    handwrittenPerSecond: round(median(perSecond.handwritten)),
    scale: SCALE,
  })
  return lines
}

async function furnish(url: string): Promise<{ keys: string[]; scope: DashboardScope }> {
  await using database = openDatabase(url, 4)
  await using queue = await openQueue(url, [dispatchJob], false, createLogger('error'))
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { organizationId, userId: ownerId } = owner
  const began = performance.now()
  const now = new Date()
  let told = 0
  await seedCampus(database.pool, {
    organizationId,
    ownerId,
    scale: SCALE,
    now,
    onProgress: (share) => {
      if (share < told + 0.1) return
      told = share
      progress(`reads: ${Math.round(share * 100)} % of the campus is there`)
    },
  })
  await database.pool.query('VACUUM ANALYZE')
  progress(`reads: seeded in ${round((performance.now() - began) / 1_000)} s`)
  const keys = await transaction({ database, queue }, owner, async (unit) => {
    const made: string[] = []
    for (let n = 0; n < KEYS; n++) {
      made.push((await createApiKey(unit, { name: `Key ${n}`, scopes: [...SCOPES] })).key)
    }
    return made
  })
  const { rows } = await database.pool.query<{ site: string; technician: string }>(
    `SELECT (SELECT min(id) FROM location WHERE organization_id = $1 AND kind = 'LOCATION') AS site,
            (SELECT min(id) FROM app_user WHERE organization_id = $1 AND role = 'TECHNICIAN') AS technician`,
    [organizationId],
  )
  const [found] = rows
  if (found === undefined) throw new Error('there is no campus')
  return { keys, scope: { siteId: found.site, technicianId: found.technician, now } }
}

async function startHandwritten(url: string): Promise<{ origin: string } & AsyncDisposable> {
  const child = fork(path.join(import.meta.dirname, 'handwritten-reads.ts'), {
    env: { ...process.env, DATABASE_URL: url },
  })
  const port = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`the handwritten handler ended with ${code}`)))
  })
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    [Symbol.asyncDispose]: async () => {
      child.kill()
    },
  }
}
