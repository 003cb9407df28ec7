import { Client } from 'pg'
import { expect, onTestFinished } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import type { WebhookOrdering } from '../../src/generated/prisma/enums.ts'
import { ask } from './app.ts'
import { type Cluster, type Node, openCluster } from './cluster.ts'
import { cloneDatabase } from './database.ts'
import { CreateEndpoint, CreateLocation, CreateWorkOrder, UpdateWorkOrder } from './documents.ts'
import { type Account, expectInOrder, untilSettled } from './ledger.ts'
import { until } from './process.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const DropEndpoint = graphql(`
  mutation DropFaultyEndpoint($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
    }
  }
`)

export interface Scene extends AsyncDisposable {
  cluster: Cluster
  url: string
  databaseUrl: string
  /** One work order and so one event; again and again until it is confirmed. */
  record(): Promise<string>
  /** A change of a work order: one more event about it. */
  change(id: string, title: string): Promise<void>
  /** An endpoint and its receiver, both gone when it is disposed of. */
  subscribe(ordering?: WebhookOrdering): Promise<Subscriber>
  /** A worker that does not outlive its test. */
  addWorker(env?: Record<string, string>): Promise<Node>
}

export type Subscriber = Account & { receiver: Receiver } & AsyncDisposable

/** One server and a place; workers are the test's business. */
export async function setScene(
  databaseUrl?: string,
  env: Record<string, string> = {},
): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const own = databaseUrl ?? stack.use(await cloneDatabase()).url
  const cluster = stack.use(
    // The cluster ends its processes itself.
    await openCluster(own, env, () => undefined),
  )
  const url = `http://127.0.0.1:${(await cluster.start('server')).port}`
  const { owner } = cluster
  const { locationCreate } = await ask(url, owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  const locationId = locationCreate.location?.id ?? ''
  const insist = async <T>(request: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await request()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  const moved = stack.move()
  return {
    cluster,
    url,
    databaseUrl: own,
    async record() {
      const { workOrderCreate } = await insist(() =>
        ask(url, owner, CreateWorkOrder, { input: { title: '0', locationId } }),
      )
      return workOrderCreate.workOrder?.id ?? ''
    },
    async change(id, title) {
      await insist(() => ask(url, owner, UpdateWorkOrder, { input: { id, title } }))
    },
    async subscribe(ordering = 'ENDPOINT') {
      const receiver = await startReceiver()
      const { webhookEndpointCreate } = await ask(url, owner, CreateEndpoint, {
        input: { url: receiver.url, eventTypes: ['workorder.*'], ordering },
      })
      const endpointId = webhookEndpointCreate.endpoint?.id ?? ''
      return {
        endpointId,
        secret: webhookEndpointCreate.signingSecret ?? '',
        ordering,
        received: receiver.received,
        receiver,
        async [Symbol.asyncDispose]() {
          await ask(url, owner, DropEndpoint, { input: { id: endpointId } })
          await receiver[Symbol.asyncDispose]()
        },
      }
    },
    async addWorker(more) {
      const node = await cluster.start('worker', undefined, more)
      onTestFinished(() => kill(node))
      return node
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

export async function kill(node: Node): Promise<void> {
  node.process.signal('SIGKILL')
  await node.process.exited
}

/** A transaction that stands in the way until it is disposed of. */
export async function standInTheWay(
  databaseUrl: string,
  statement: string,
): Promise<AsyncDisposable> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query(statement)
  return {
    async [Symbol.asyncDispose]() {
      await client.query('ROLLBACK')
      await client.end()
    },
  }
}

/** Whether a worker's statement waits for a lock. */
export const isBlocked = (scene: Scene, statement: string) => async () => {
  const found = await scene.cluster.database.pool.query(
    `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
    [`%${statement}%`],
  )
  return found.rows.length > 0
}

/** The receiver answers nothing until the function is called, and everything afterwards. */
export function holdAnswers(receiver: Receiver): () => void {
  let answer: (() => void) | undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  receiver.answer = () => held.then(() => ({ status: 200 }))
  return () => answer?.()
}

const PAUSE_MS = 100

/** Work orders that are each changed a few times, by several clients at once, until told to stop. */
function keepRecording(scene: Scene): { readonly recorded: number; stop(): Promise<void> } {
  let recorded = 0
  let stopping = false
  const client = async () => {
    while (!stopping) {
      const id = await scene.record()
      for (let n = 1; n <= 3; n++) await scene.change(id, String(n))
      recorded += 4
      // Not as fast as it can: processes that start meanwhile need the machine as well.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  const clients = Promise.all([client(), client(), client()])
  return {
    get recorded() {
      return recorded
    },
    async stop() {
      stopping = true
      await clients
    },
  }
}

/** One endpoint of each ordering, work going on, and troubles one after another in the midst of it. */
export async function live(
  scene: Scene,
  troubles: (() => Promise<unknown>)[],
  eventsBetween = 40,
): Promise<void> {
  await using endpoint = await scene.subscribe('ENDPOINT')
  await using object = await scene.subscribe('OBJECT')
  await using none = await scene.subscribe('NONE')
  const recording = keepRecording(scene)
  for (const trouble of troubles) {
    const before = recording.recorded
    await until('work', () => recording.recorded >= before + eventsBetween)
    await trouble()
  }
  await recording.stop()
  await untilSettled(scene.cluster)
  for (const account of [endpoint, object, none]) {
    expect(account.received.length).toBeGreaterThanOrEqual(recording.recorded)
    await expectInOrder(scene.cluster, account)
  }
}
