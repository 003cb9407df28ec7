import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { startCuttingProxy } from '../../test/harness/cutting-proxy.ts'
import { BENCH_SECRETS, startProduct, startWorkerProcess } from '../bench/stage.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type SoakReceiver, startReceivers } from './receivers.ts'

type Worker = Awaited<ReturnType<typeof startWorkerProcess>>
type Ordering = 'ENDPOINT' | 'OBJECT' | 'NONE'

/** Everything that takes part in a soak, and what can be done to it. */
export interface Soak extends AsyncDisposable {
  /** Through the proxy, as the product reaches it. */
  database: Database
  endpoints: { id: string; ordering: Ordering; receiver: SoakReceiver }[]
  workers: Worker[]
  startWorker(): Promise<Worker>
  restartPostgres(): Promise<void>
  cutConnections(): number
  /** One operation; again and again until it is answered without an error. */
  ask: <T, V>(document: TypedDocumentNode<T, V>, variables: V) => Promise<T>
  /** Mutations answered so far, each of which is one event. */
  readonly confirmed: number
  /** Work orders of which all four events were confirmed. */
  readonly finished: readonly string[]
  /** All receivers are well, all endpoints are sent to. */
  heal(): Promise<void>
  stopLoad(): Promise<void>
}

const WORKERS = 3
const ORDERINGS: Ordering[] = ['ENDPOINT', 'OBJECT', 'NONE'].flatMap((ordering) =>
  Array<Ordering>(3).fill(ordering as Ordering),
)
const CLIENTS = 4
export const EVENTS_PER_WORK_ORDER = 4

const AddPlace = graphql(`
  mutation SoakAddPlace($input: LocationCreateInput!) {
    locationCreate(input: $input) {
      location {
        id
      }
    }
  }
`)

const AddEndpoint = graphql(`
  mutation SoakAddEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
    }
  }
`)

const AddWorkOrder = graphql(`
  mutation SoakAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

const ChangeWorkOrder = graphql(`
  mutation SoakChangeWorkOrder($input: WorkOrderUpdateInput!) {
    workOrderUpdate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

export const Resume = graphql(`
  mutation SoakResume($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      endpoint {
        status
      }
    }
  }
`)

export async function openSoak(eventsPerSecond: number): Promise<Soak> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder('soak'))
  let postgres = await startEmbeddedPostgres(folder.path)
  stack.defer(() => postgres[Symbol.asyncDispose]())
  await migrate(postgres.url)
  // PostgreSQL takes another port at each start; the product always finds it behind this one.
  const url = new URL(postgres.url)
  const targets = [Number(url.port)]
  const proxy = stack.use(await startCuttingProxy(targets))
  url.port = String(proxy.port)
  const env = {
    ...BENCH_SECRETS,
    DATABASE_URL: url.href,
    REQUESTS_PER_MINUTE: '30000',
    LOG_LEVEL: 'silent',
    WEBHOOK_RETRY_DELAYS: '200ms,500ms,1s,2s',
    WEBHOOK_TIMEOUT: '3s',
    WEBHOOK_CONNECT_TIMEOUT: '1s',
  }
  const product = stack.use(await startProduct({ ...env, ROLES: 'server' }))
  const workers: Worker[] = []
  stack.defer(async () => {
    await Promise.all(workers.map((worker) => worker.kill()))
  })
  const startWorker = () => startWorkerProcess(env)
  for (let n = 0; n < WORKERS; n++) workers.push(await startWorker())

  const database = stack.use(openDatabase(url.href, 4))
  const owner = await createOrganization(database, {
    name: 'Soak',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const auth = { jwtSecret: BENCH_SECRETS.AUTH_JWT_SECRET, accessTokenTtlMs: 86_400_000 }
  const { token } = await issueAccessToken(auth, owner.userId)
  const ask: Soak['ask'] = async (document, variables) => {
    for (;;) {
      const said = await fetch(`${product.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: print(document), variables }),
        signal: AbortSignal.timeout(20_000),
      }).then(
        (answer) => answer.text(),
        () => '{"errors":[]}',
      )
      const answer = JSON.parse(said)
      if (answer.errors === undefined) return answer.data
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  const { receivers } = stack.use(await startReceivers(ORDERINGS))
  const endpoints: Soak['endpoints'] = []
  for (const [nth, ordering] of ORDERINGS.entries()) {
    const receiver = receivers[nth]
    if (receiver === undefined) throw new Error('too few receivers')
    const { webhookEndpointCreate } = await ask(AddEndpoint, {
      input: { url: receiver.url, eventTypes: ['workorder.*'], ordering },
    })
    endpoints.push({ id: webhookEndpointCreate.endpoint?.id ?? '', ordering, receiver })
  }
  const { locationCreate } = await ask(AddPlace, { input: { name: 'Site', kind: 'LOCATION' } })
  const load = startLoad(ask, locationCreate.location?.id ?? '', eventsPerSecond)
  stack.defer(() => load.stop())

  const moved = stack.move()
  return {
    database,
    endpoints,
    workers,
    startWorker,
    async restartPostgres() {
      await postgres[Symbol.asyncDispose]()
      postgres = await startEmbeddedPostgres(folder.path)
      targets[0] = Number(new URL(postgres.url).port)
    },
    cutConnections() {
      const before = proxy.cuts
      proxy.cut()
      return proxy.cuts - before
    },
    ask,
    get confirmed() {
      return load.confirmed
    },
    finished: load.finished,
    async heal() {
      for (const { id, receiver } of endpoints) {
        receiver.mood = 'well'
        await ask(Resume, { input: { id } })
      }
    },
    stopLoad: () => load.stop(),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

/** Work orders that are each changed three times, by some clients at a steady rate in all. */
function startLoad(ask: Soak['ask'], locationId: string, eventsPerSecond: number) {
  const finished: string[] = []
  let confirmed = 0
  let stopping = false
  const startedAt = performance.now()
  let asked = 0
  const turn = async () => {
    const waitMs = startedAt + (asked++ * 1_000) / eventsPerSecond - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  const client = async () => {
    while (!stopping) {
      await turn()
      const { workOrderCreate } = await ask(AddWorkOrder, { input: { title: 'Work', locationId } })
      const id = workOrderCreate.workOrder?.id ?? ''
      confirmed++
      for (let n = 1; n < EVENTS_PER_WORK_ORDER; n++) {
        await turn()
        await ask(ChangeWorkOrder, { input: { id, title: `Work, changed ${n} times` } })
        confirmed++
      }
      finished.push(id)
    }
  }
  const running = Promise.all(Array.from({ length: CLIENTS }, client))
  return {
    finished,
    get confirmed() {
      return confirmed
    },
    async stop() {
      stopping = true
      await running
    },
  }
}
