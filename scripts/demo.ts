import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { createClient } from 'graphql-ws'
import { startApp } from '../src/app.ts'
import { loadConfig, makeOwnSecrets } from '../src/config/config.ts'
import { graphql } from '../src/generated/client/index.ts'
import { issueAccessToken } from '../src/identity/sessions/tokens.ts'
import { createLogger } from '../src/log.ts'
import { createOrganization } from '../src/demo/seed-demo.ts'
import { temporaryFolder } from './temporary-folder.ts'

// The whole story in one go, on a throw-away database: an endpoint, work orders, signed deliveries,
// the same events live, a receiver that dies and comes back. Exit code 0 only if nothing is missing.

const AddPlace = graphql(`
  mutation DemoAddPlace($input: LocationCreateInput!) {
    locationCreate(input: $input) {
      location {
        id
      }
    }
  }
`)

const AddEndpoint = graphql(`
  mutation DemoAddEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
      signingSecret
      userErrors {
        message
      }
    }
  }
`)

const AddWorkOrder = graphql(`
  mutation DemoAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

const ChangeStatus = graphql(`
  mutation DemoChangeStatus($input: WorkOrderChangeStatusInput!) {
    workOrderChangeStatus(input: $input) {
      workOrder {
        status
      }
      userErrors {
        message
      }
    }
  }
`)

const Watch = graphql(`
  subscription DemoWatch {
    events(types: ["workorder.*"]) {
      __typename
      ... on EventEnvelope {
        id
        type
        position
      }
    }
  }
`)

const WORK_ORDERS = 6
const DURING_OUTAGE = 3
const PATIENCE_MS = 30_000

interface Arrival {
  id: string
  type: string
  sequence: number
  attempt: string
  verified: boolean
  atMs: number
}

try {
  await tell()
} catch (error) {
  console.error(`demo: FAILED: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
process.exit()

async function tell(): Promise<void> {
  say('Starting Plantroom on a throw-away database …')
  await using folder = await temporaryFolder('demo')
  const config = loadConfig(
    {
      DATA_DIR: folder.path,
      PORT: '0',
      LOG_LEVEL: 'error',
      WEBHOOK_RETRY_DELAYS: '300ms,600ms,1s',
    },
    makeOwnSecrets,
  )
  await using app = await startApp(config, createLogger(config.logLevel))
  const owner = await createOrganization(app.database, {
    name: 'Demo',
    plan: 'PROFESSIONAL',
    owner: { name: 'Demo Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { token } = await issueAccessToken(config.auth, owner.userId)
  const url = `${app.url}/graphql`
  const ask = <T, V>(document: TypedDocumentNode<T, V>, variables: V) =>
    post(url, token, document, variables)
  say(`  ${url}`)

  await using receiver = await startReceiver()
  const { locationCreate } = await ask(AddPlace, { input: { name: 'Site', kind: 'LOCATION' } })
  const locationId = locationCreate.location?.id ?? ''
  const { webhookEndpointCreate } = await ask(AddEndpoint, {
    input: { url: receiver.url, eventTypes: ['workorder.*'] },
  })
  receiver.secret = webhookEndpointCreate.signingSecret ?? ''
  say(`Registered ${receiver.url} for workorder.*; its signing secret is shown once.`)

  const live: { id: string; type: string; position: number }[] = []
  const watching = watch(url, token, live)
  await watching.ready

  say('\nWork orders are created, started and completed:')
  const requestedAt: number[] = []
  const workOrder = async (title: string, expectedEvents: number): Promise<string> => {
    for (let n = 0; n < expectedEvents; n++) requestedAt.push(performance.now())
    const { workOrderCreate } = await ask(AddWorkOrder, { input: { title, locationId } })
    return workOrderCreate.workOrder?.id ?? ''
  }
  const move = async (id: string, status: 'IN_PROGRESS' | 'COMPLETED', expectedEvents: number) => {
    for (let n = 0; n < expectedEvents; n++) requestedAt.push(performance.now())
    const { workOrderChangeStatus } = await ask(ChangeStatus, { input: { id, status } })
    for (const { message } of workOrderChangeStatus.userErrors) throw new Error(message)
  }
  for (let n = 1; n <= WORK_ORDERS; n++) {
    const id = await workOrder(`Work order ${n}`, 1)
    await move(id, 'IN_PROGRESS', 1)
    await move(id, 'COMPLETED', 2)
    await receiver.waitFor(requestedAt.length)
  }
  const latenciesMs = receiver.arrivals.map((arrival, n) => arrival.atMs - (requestedAt[n] ?? 0))
  for (const [n, arrival] of receiver.arrivals.entries()) show(arrival, latenciesMs[n])

  say('\nThe receiver is killed; three more work orders are created:')
  await receiver.kill()
  for (let n = 1; n <= DURING_OUTAGE; n++) await workOrder(`During the outage ${n}`, 1)
  await until('a failed attempt', async () => {
    const found = await app.database.pool.query(
      'SELECT failure FROM webhook_attempt WHERE NOT succeeded',
    )
    for (const row of found.rows.slice(0, 1))
      say(`  attempt failed: ${String(row.failure)}; it is retried`)
    return found.rows.length > 0
  })
  const before = receiver.arrivals.length
  await receiver.revive()
  say('The receiver is back:')
  await receiver.waitFor(requestedAt.length)
  for (const arrival of receiver.arrivals.slice(before)) show(arrival, undefined)

  await until('the live stream', () => live.length >= requestedAt.length)
  watching.stop()
  say(`\nThe WebSocket subscription saw the same ${live.length} events:`)
  say(`  positions ${live[0]?.position} to ${live.at(-1)?.position}, same ids, same order`)

  check(receiver.arrivals, live, requestedAt.length)
  const count = receiver.arrivals.length
  say(
    `\ndemo: ${count} events delivered in order, ${count} verified, p50 ${quantile(latenciesMs, 0.5)} ms, p95 ${quantile(latenciesMs, 0.95)} ms`,
  )
}

/** @throws naming what is missing. */
function check(arrivals: Arrival[], live: { id: string }[], expected: number): void {
  if (arrivals.length !== expected)
    throw new Error(`${arrivals.length} of ${expected} deliveries arrived`)
  const unverified = arrivals.filter((arrival) => !arrival.verified)
  if (unverified.length > 0) throw new Error(`${unverified.length} signatures do not verify`)
  const outOfOrder = arrivals.findIndex((arrival, index) => arrival.sequence !== index + 1)
  if (outOfOrder !== -1) throw new Error(`delivery ${outOfOrder + 1} arrived out of order`)
  const differs = arrivals.findIndex((arrival, index) => arrival.id !== live[index]?.id)
  if (differs !== -1) throw new Error(`event ${differs + 1} of the live stream is another one`)
}

function show(arrival: Arrival, latencyMs: number | undefined): void {
  const when = latencyMs === undefined ? `attempt ${arrival.attempt}` : `${latencyMs.toFixed(1)} ms`
  say(
    `  #${String(arrival.sequence).padEnd(3)} ${arrival.type.padEnd(25)} signature ${arrival.verified ? 'ok' : 'WRONG'}   ${when}`,
  )
}

async function startReceiver() {
  const arrivals: Arrival[] = []
  const handle = (request: IncomingMessage, body: Buffer) => {
    const event: { id: string; type: string } = JSON.parse(body.toString('utf8'))
    arrivals.push({
      id: event.id,
      type: event.type,
      sequence: Number(request.headers['webhook-sequence']),
      attempt: String(request.headers['webhook-attempt']),
      verified: verify(String(request.headers['x-infodeck-signature']), body, receiver.secret),
      atMs: performance.now(),
    })
  }
  let server = listen(handle, 0)
  const port = await portOf(server)
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const receiver = {
    url: `http://127.0.0.1:${port}/hooks`,
    secret: '',
    arrivals,
    waitFor: (count: number) =>
      until(`delivery ${count}, ${arrivals.length} have arrived`, () => arrivals.length >= count),
    kill: close,
    async revive() {
      server = listen(handle, port)
      await portOf(server)
    },
    [Symbol.asyncDispose]: close,
  }
  return receiver
}

function listen(handle: (request: IncomingMessage, body: Buffer) => void, port: number) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      handle(request, Buffer.concat(chunks))
      response.writeHead(200).end()
    })
  })
  return server.listen(port, '127.0.0.1')
}

async function portOf(server: ReturnType<typeof listen>): Promise<number> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** As the documentation says a receiver should. */
function verify(header: string, body: Buffer, secret: string): boolean {
  const [, timestamp = '', signature = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
  const given = Buffer.from(signature, 'hex')
  const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected)
}

function watch(url: string, token: string, live: { id: string; type: string; position: number }[]) {
  const client = createClient({
    url: url.replace('http', 'ws'),
    connectionParams: { authorization: `Bearer ${token}` },
  })
  let isReady: () => void
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  const stop = client.subscribe<{
    events: { __typename: string; id: string; type: string; position: number }
  }>(
    { query: print(Watch) },
    {
      next({ data }) {
        // The first item is a checkpoint: from there on nothing is missed.
        if (data?.events.__typename === 'EventEnvelope') live.push(data.events)
        else isReady()
      },
      error(error) {
        console.error('demo: the subscription failed', error)
        process.exit(1)
      },
      complete() {},
    },
  )
  return { ready, stop }
}

async function post<T, V>(
  url: string,
  token: string,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: print(document), variables }),
  })
  const answer: { data: T; errors?: { message: string }[] } = JSON.parse(await response.text())
  if (answer.errors !== undefined) throw new Error(answer.errors.map((e) => e.message).join('; '))
  return answer.data
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
}

function say(text: string): void {
  console.log(text)
}
