import { print } from 'graphql'
import { Agent, request } from 'undici'
import { openDatabase } from '../../src/db/database.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { issueAccessToken } from '../../src/identity/tokens.ts'
import { createOrganization } from '../../src/seed.ts'
import {
  BENCH_SECRETS,
  percentiles,
  progress,
  startBenchReceiver,
  startProduct,
  throwAwayDatabase,
} from './stage.ts'

const RATE_PER_SECOND = 200
const SECONDS = 30
const WARM_UP_SECONDS = 3
const ENDPOINTS = 100
const SLOW_MS = 5_000
const ROUNDS = 3

const AddPlace = graphql(`
  mutation BenchAddPlace($input: LocationCreateInput!) {
    locationCreate(input: $input) {
      location {
        id
      }
    }
  }
`)

const AddEndpoint = graphql(`
  mutation BenchAddEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

const AddWorkOrder = graphql(`
  mutation BenchAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

/**
 * 200 work orders a second through GraphQL over HTTP, each wanted by one of 100 endpoints, one of
 * which answers only after 5 s. The moment of the commit is PostgreSQL's own.
 */
export async function run(): Promise<object[]> {
  const commits: number[] = []
  const requests: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const measured = await measure()
    commits.push(...measured.commitToReceivedMs)
    requests.push(...measured.requestToReceivedMs)
    const { p50, p95, p99 } = percentiles(measured.commitToReceivedMs)
    progress(`latency: round ${n}: commit to received p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`)
  }
  return [
    {
      bench: 'latency',
      ratePerSecond: RATE_PER_SECOND,
      commitToReceivedMs: percentiles(commits),
      requestToReceivedMs: percentiles(requests),
    },
  ]
}

async function measure() {
  await using database = await throwAwayDatabase({ track_commit_timestamp: 'on' })
  await using receiver = await startBenchReceiver(SLOW_MS)
  await using product = await startProduct({
    DATABASE_URL: database.url,
    // One caller sends all of the load here.
    REQUESTS_PER_MINUTE: '30000',
    ...BENCH_SECRETS,
  })
  await using own = openDatabase(database.url, 2)
  const owner = await createOrganization(own, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const auth = { jwtSecret: BENCH_SECRETS.AUTH_JWT_SECRET, accessTokenTtlMs: 3_600_000 }
  const { token } = await issueAccessToken(auth, owner.userId)
  const agent = new Agent({ connections: 32 })
  const ask = async (document: Parameters<typeof print>[0], input: object) => {
    const answer = await request(`${product.url}/graphql`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: print(document), variables: { input } }),
    })
    return answer.body.text()
  }
  const places: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) {
    const said = await ask(AddPlace, { name: `Site ${n}`, kind: 'LOCATION' })
    const place = /"id":"(loc-[^"]+)"/.exec(said)?.[1] ?? ''
    places.push(place)
    const answer = await ask(AddEndpoint, {
      url: `${receiver.origin}/${n === 0 ? 'slow' : n}`,
      eventTypes: ['workorder.*'],
      filter: { locationIds: [place] },
      customHeaders: [{ name: 'x-bench-track', value: 'yes' }],
    })
    if (!answer.includes('"whk-')) throw new Error(answer)
  }

  const sentAt = new Map<string, { at: number; slow: boolean }>()
  const total = RATE_PER_SECOND * (SECONDS + WARM_UP_SECONDS)
  const startedAt = performance.now()
  const running: Promise<void>[] = []
  for (let n = 0; n < total; n++) {
    const due = startedAt + (n * 1_000) / RATE_PER_SECOND
    const waitMs = due - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const place = places[n % ENDPOINTS] ?? ''
    const at = performance.timeOrigin + performance.now()
    running.push(
      ask(AddWorkOrder, { title: `Work ${n}`, locationId: place }).then((said) => {
        const id = /"id":"(wo-[^"]+)"/.exec(said)?.[1]
        if (id === undefined) throw new Error(said)
        const isWarm = n >= RATE_PER_SECOND * WARM_UP_SECONDS
        if (isWarm) sentAt.set(id, { at, slow: n % ENDPOINTS === 0 })
      }),
    )
  }
  await Promise.all(running)
  const fast = [...sentAt].filter(([, sent]) => !sent.slow).map(([id]) => id)
  let arrivals = await receiver.arrivals()
  for (const deadline = performance.now() + 30_000; fast.some((id) => !arrivals.has(id));) {
    if (performance.now() > deadline) throw new Error('not everything arrived')
    await new Promise((resolve) => setTimeout(resolve, 50))
    arrivals = await receiver.arrivals()
  }
  const rows = await own.pool.query<{ id: string; at: number }>(
    'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM work_order',
  )
  const commitToReceivedMs: number[] = []
  const requestToReceivedMs: number[] = []
  for (const { id, at } of rows.rows) {
    const sent = sentAt.get(id)
    if (sent === undefined || sent.slow) continue
    const arrived = arrivals.get(id)
    if (arrived === undefined) throw new Error(`${id} never arrived`)
    commitToReceivedMs.push(arrived - at)
    requestToReceivedMs.push(arrived - sent.at)
  }
  await agent.close()
  return { commitToReceivedMs, requestToReceivedMs }
}
