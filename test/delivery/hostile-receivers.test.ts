import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask } from '../harness/app.ts'
import { type Authority, makeAuthority } from '../harness/certificate.ts'
import { type Cluster, type Node, openCluster } from '../harness/cluster.ts'
import { cloneDatabase } from '../harness/database.ts'
import { CreateEndpoint, CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
import {
  closesAtRandom,
  type HostileReceiver,
  MISBEHAVIOURS,
  startDeaf,
  startHostile,
} from '../harness/hostile.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'

const TIMEOUT_MS = 2_000
const CONNECT_TIMEOUT_MS = 700
/** Attempts to be seen of each receiver: one alone could be luck. */
const ATTEMPTS = 2
/** Work orders that wait for each receiver. */
const WAITING = 3
/** Bound of the healthy endpoint's p95: room for a busy machine, half of what waiting would cost. */
const HEALTHY_P95_MS = 1_000
/** Deliveries that the healthy endpoint's p95 is taken from, at least. */
const HEALTHY_SAMPLES = 40
const MAX_GROWTH_MB = 96
/** A kept connection that is lost within this time is no failure of the receiver's. */
const STALE_MS = 1_000

const ListFailures = graphql(`
  query ListFailures($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 100) {
      nodes {
        sequence
        status
        attemptCount
        attempts {
          succeeded
          failure
          error
          statusCode
          responseBody
          responseTruncated
          totalMs
        }
      }
    }
  }
`)

const DropEndpoint = graphql(`
  mutation DropEndpoint($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
    }
  }
`)

let stack: AsyncDisposableStack
let authority: Authority
let cluster: Cluster
let worker: Node
let url: string
let healthy: Receiver
let healthyPlace: string
let hostilePlace: string

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  authority = makeAuthority()
  const folder = stack.use(await temporaryFolder('hostile'))
  const trusted = path.join(folder.path, 'authority.pem')
  await writeFile(trusted, authority.cert)
  const database = stack.use(await cloneDatabase())
  cluster = stack.use(
    await openCluster(
      database.url,
      {
        NODE_EXTRA_CA_CERTS: trusted,
        WEBHOOK_TIMEOUT: `${TIMEOUT_MS}ms`,
        WEBHOOK_RETRY_DELAYS: '300ms',
        WEBHOOK_CONNECT_TIMEOUT: `${CONNECT_TIMEOUT_MS}ms`,
      },
      (step) => stack.defer(step),
    ),
  )
  worker = await cluster.start('worker')
  url = `http://127.0.0.1:${(await cluster.start('server')).port}`
  healthy = stack.use(await startReceiver())
  healthyPlace = await addPlace()
  hostilePlace = await addPlace()
  await addEndpoint(healthy.url, healthyPlace)
  await measureHealthy(async () => true)
})
afterAll(() => stack.disposeAsync())

async function addPlace(): Promise<string> {
  const { locationCreate } = await ask(url, cluster.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function addEndpoint(target: string, place: string): Promise<string> {
  const { webhookEndpointCreate } = await ask(url, cluster.owner, CreateEndpoint, {
    input: { url: target, eventTypes: ['workorder.*'], filter: { locationIds: [place] } },
  })
  expect(webhookEndpointCreate.userErrors).toEqual([])
  return webhookEndpointCreate.endpoint?.id ?? ''
}

async function addWorkOrder(locationId: string): Promise<string> {
  const { workOrderCreate } = await ask(url, cluster.owner, CreateWorkOrder, {
    input: { title: 'Fix it', locationId },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

async function deliveriesOf(endpointId: string) {
  const answer = await ask(url, cluster.owner, ListFailures, { endpointId })
  return answer.webhookDeliveries.nodes.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}

/** Keeps a healthy endpoint busy until something is so; p95 of request answered → received, ms. */
async function measureHealthy(isOver: () => Promise<boolean>): Promise<number> {
  const answeredAt = new Map<string, number>()
  for (let over = false; !over || answeredAt.size < HEALTHY_SAMPLES;) {
    const id = await addWorkOrder(healthyPlace)
    answeredAt.set(id, performance.now())
    over ||= await isOver()
  }
  const arrived = () =>
    new Map(healthy.received.map((each) => [String(each.event.data.object['id']), each.at]))
  await until('what the healthy endpoint is owed', () => {
    const ids = arrived()
    return [...answeredAt.keys()].every((id) => ids.has(id))
  })
  const ids = arrived()
  const latencies = Array.from(answeredAt, ([id, at]) => (ids.get(id) ?? Infinity) - at)
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.95)] ?? Infinity
}

function memoryMb(): number {
  const status = readFileSync(`/proc/${worker.process.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
}

interface Expected {
  /** Undefined: the attempt succeeds. */
  failure?: string
  error?: RegExp
  statusCode?: number
  truncated?: boolean
}

/** Some events for the receiver, and the same bounds for all of them. */
async function meet(receiver: HostileReceiver, expected: Expected): Promise<void> {
  const memoryBefore = memoryMb()
  const endpointId = await addEndpoint(receiver.url, hostilePlace)
  for (let n = 0; n < WAITING; n++) await addWorkOrder(hostilePlace)
  const attemptsOf = async () =>
    (await deliveriesOf(endpointId)).flatMap((delivery) => delivery.attempts)
  const wanted = expected.failure === undefined ? WAITING : ATTEMPTS
  const startedMs = performance.now()
  const p95 = await measureHealthy(async () => {
    if (performance.now() - startedMs > 20_000) throw new Error('no attempts')
    return (await attemptsOf()).length >= wanted
  })
  const attempts = await attemptsOf()
  const memoryAfter = memoryMb()
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({
      succeeded: expected.failure === undefined,
      failure: expected.failure ?? null,
      statusCode: expected.statusCode ?? null,
      responseTruncated: expected.truncated ?? false,
    })
    expect(attempt.error ?? '').toMatch(expected.error ?? /^/)
    expect(attempt.totalMs).toBeLessThan(TIMEOUT_MS + CONNECT_TIMEOUT_MS + 500)
    expect(Buffer.byteLength(attempt.responseBody ?? '')).toBeLessThanOrEqual(3 * 16_384)
  }
  expect(p95).toBeLessThan(HEALTHY_P95_MS)
  expect(memoryAfter - memoryBefore).toBeLessThan(MAX_GROWTH_MB)
  // Order: behind a head that fails nothing is tried.
  const tried = (await deliveriesOf(endpointId)).filter((delivery) => delivery.attemptCount > 0)
  expect(tried.length).toBe(expected.failure === undefined ? WAITING : 1)
  await ask(url, cluster.owner, DropEndpoint, { input: { id: endpointId } })
}

const CASES: [keyof typeof MISBEHAVIOURS, Expected][] = [
  ['neverAnswers', { failure: 'response.timeout' }],
  ['dripsHead', { failure: 'response.timeout' }],
  ['dripsBody', { failure: 'response.timeout' }],
  ['announces10GB', { statusCode: 200, truncated: true }],
  ['failsWith10GB', { failure: 'response.status', statusCode: 500, truncated: true }],
  ['streamsWithoutEnd', { statusCode: 200, truncated: true }],
  ['gzipBomb', { statusCode: 200, truncated: true }],
  ['endlessHeaders', { failure: 'response.invalid' }],
  ['oneEndlessHeader', { failure: 'response.invalid' }],
  ['noHttp', { failure: 'response.invalid' }],
  ['invalidHttp', { failure: 'response.invalid' }],
  ['twoLengths', { failure: 'response.invalid' }],
  ['continues', { failure: 'response.invalid' }],
  ['processes', { failure: 'response.invalid' }],
  ['switches', { failure: 'response.invalid' }],
  ['resetsBeforeAnswer', { failure: 'response.closed' }],
  ['resetsInHead', { failure: 'response.closed' }],
  ['resetsInBody', { failure: 'response.closed' }],
  ['endsInBody', { failure: 'response.closed' }],
  ['redirectsToItself', { failure: 'response.status', statusCode: 307 }],
]

/** For each answer without end: what is read, and what the buffers of two sockets take. */
const MAX_TAKEN_BYTES = 16 * 1_048_576

describe('a hostile receiver costs bounded time and memory and disturbs nobody else', () => {
  it('never accepts', async () => {
    await using receiver = await startDeaf()
    await meet(receiver, { failure: 'connect.timeout' })
  })

  it.each(CASES)('%s', async (name, expected) => {
    await using receiver = await startHostile(MISBEHAVIOURS[name])
    await meet(receiver, expected)
    expect(receiver.sentBytes / receiver.requests.length).toBeLessThan(MAX_TAKEN_BYTES)
    // No attempt consists of two requests, whatever became of the first.
    const seen = receiver.requests.map(({ sequence, attempt }) => `${sequence} ${attempt}`)
    expect(seen).toEqual([...new Set(seen)])
    expect(seen.length).toBeGreaterThanOrEqual(ATTEMPTS)
  })

  it('closes kept connections at random: everything arrives in order, nothing counts as failed', async () => {
    let seed = 7
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    await using receiver = await startHostile(closesAtRandom(random))
    const endpointId = await addEndpoint(receiver.url, hostilePlace)
    for (let n = 0; n < 60; n++) await addWorkOrder(hostilePlace)
    await until('all of them', async () => {
      const found = await deliveriesOf(endpointId)
      return found.length === 60 && found.every((delivery) => delivery.status === 'SUCCEEDED')
    })
    const deliveries = await deliveriesOf(endpointId)
    // None counts that was lost with a kept connection within a second: later, on a machine that
    // stood still so long, nobody knows what the receiver has done with it.
    const failed = deliveries.flatMap((each) => each.attempts).filter((each) => !each.succeeded)
    const isLate = (each: (typeof failed)[number]) =>
      each.failure === 'response.closed' && each.totalMs >= STALE_MS
    expect(failed.filter((each) => !isLate(each))).toEqual([])
    // Some were read twice, all first came in order.
    const sequences = receiver.requests.map(({ sequence }) => sequence)
    expect(sequences.length).toBeGreaterThan(60)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
    expect([...new Set(sequences)]).toEqual(deliveries.map((delivery) => delivery.sequence))
  })
})

describe('a receiver that cannot prove who it is', () => {
  const HOUR_MS = 3_600_000
  const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS)
  const answers = (socket: { write(text: string): unknown }) =>
    void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')

  it('is sent to with a certificate that is right', async () => {
    const right = authority.issue({ address: '127.0.0.1', from: inHours(-2), to: inHours(2) })
    await using receiver = await startHostile(answers, right)
    await meet(receiver, { statusCode: 200 })
    expect(receiver.requests.length).toBe(WAITING)
  })

  it.each([
    ['for another name', { address: '127.0.0.2', from: -2, to: 2 }, /ALTNAME/],
    ['that has expired', { address: '127.0.0.1', from: -2, to: -1 }, /EXPIRED/],
    ['that is not valid yet', { address: '127.0.0.1', from: 1, to: 2 }, /NOT_YET/],
  ])('gets nothing with one %s', async (_name, { address, from, to }, error) => {
    const wrong = authority.issue({ address, from: inHours(from), to: inHours(to) })
    await using receiver = await startHostile(answers, wrong)
    await meet(receiver, { failure: 'tls.certificate', error })
    expect(receiver.requests).toEqual([])
  })

  it('gets nothing with one of an authority that nobody trusts', async () => {
    const wrong = makeAuthority().issue({
      address: '127.0.0.1',
      from: inHours(-2),
      to: inHours(2),
    })
    await using receiver = await startHostile(answers, wrong)
    await meet(receiver, { failure: 'tls.certificate' })
    expect(receiver.requests).toEqual([])
  })

  it('gets nothing when it does not speak TLS at all', async () => {
    await using plain = await startHostile(answers)
    const receiver = { ...plain, url: plain.url.replace('http:', 'https:') }
    await meet(receiver, { failure: 'tls.failed' })
    expect(plain.requests).toEqual([])
  })
})
