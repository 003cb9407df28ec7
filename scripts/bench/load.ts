import { print } from 'graphql'
import { Agent, request } from 'undici'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { untilQuiet } from './process-time.ts'
import {
  BENCH_SECRETS,
  type BenchReceiver,
  startBenchReceiver,
  startProduct,
  throwAwayDatabase,
} from './stage.ts'

/** The product under GraphQL load, with a receiver; the moment of a commit is PostgreSQL's own. */
export interface Load extends Tenant, AsyncDisposable {
  database: Database
  receiver: BenchReceiver
  pid: number
  /** Ends the product, and so whatever waits for it. */
  kill(): Promise<void>
  /** Waits until the product has next to nothing to do. */
  untilCalm(): Promise<void>
  /** Another organization beside the one that `ask` and `addTarget` belong to. */
  addTenant(name: string): Promise<Tenant>
  /** Work order → when it was committed, ms since the epoch. */
  commits(): Promise<Map<string, number>>
}

export interface Tenant {
  organizationId: string
  /** Of its owner. */
  token: string
  /** One GraphQL operation; its answer as text. */
  ask(document: Parameters<typeof print>[0], input: object): Promise<string>
  /** A place, and an endpoint that wants its work orders alone. */
  addTarget(path: string): Promise<string>
  addPlace(name: string, parentId?: string): Promise<string>
  /** @returns its id */
  addEndpoint(input: object): Promise<string>
}

/** Posts a GraphQL request in the name of this token; gives its answer. */
export type Send = (token: string, body: string) => Promise<string>

const REQUEST_MS = 30_000
const CALM_MS = 20_000

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

/**
 * @param slowMs how late the receiver answers below /slow
 * @param env settings of the product
 */
export async function openLoad(slowMs = 0, env: Record<string, string> = {}): Promise<Load> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await throwAwayDatabase({ track_commit_timestamp: 'on' }))
  const receiver = stack.use(await startBenchReceiver(slowMs))
  const product = stack.use(
    await startProduct({
      DATABASE_URL: server.url,
      // One caller sends all of the load here.
      REQUESTS_PER_MINUTE: '30000',
      ...BENCH_SECRETS,
      ...env,
    }),
  )
  const database = stack.use(openDatabase(server.url, 2))
  const agents: Agent[] = []
  stack.defer(async () => void (await Promise.all(agents.map((agent) => agent.close()))))
  const addTenant = (name: string): Promise<Tenant> => {
    const agent = new Agent({ connections: 32 })
    agents.push(agent)
    const send: Send = async (token, body) => {
      const answer = await request(`${product.url}/graphql`, {
        dispatcher: agent,
        method: 'POST',
        headersTimeout: REQUEST_MS,
        bodyTimeout: REQUEST_MS,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
      })
      return answer.body.text()
    }
    return openTenant(database, send, receiver.origin, name)
  }
  const tenant = await addTenant('Bench')
  const moved = stack.move()
  return {
    ...tenant,
    database,
    receiver,
    pid: product.pid,
    kill: () => product.kill(),
    untilCalm: () => untilQuiet(product.pid, CALM_MS),
    addTenant,
    async commits() {
      const found = await database.pool.query<{ id: string; at: number }>(
        'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM work_order',
      )
      return new Map(found.rows.map(({ id, at }) => [id, at]))
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

/** @param receiverOrigin of the targets that it adds */
export async function openTenant(
  database: Database,
  send: Send,
  receiverOrigin: string,
  name: string,
): Promise<Tenant> {
  const owner = await createOrganization(database, {
    name,
    plan: 'ENTERPRISE',
    owner: {
      name: 'Owner',
      email: `${name.replaceAll(' ', '-')}@example.com`,
      password: 'not used here',
    },
  })
  const auth = { jwtSecret: BENCH_SECRETS.AUTH_JWT_SECRET, accessTokenTtlMs: 3_600_000 }
  const { token } = await issueAccessToken(auth, owner.userId)
  const ask: Tenant['ask'] = (document, input) =>
    send(token, JSON.stringify({ query: print(document), variables: { input } }))
  const tenant: Tenant = {
    organizationId: owner.organizationId,
    token,
    ask,
    async addPlace(placeName, parentId) {
      const said = await ask(AddPlace, {
        name: placeName,
        kind: parentId === undefined ? 'LOCATION' : 'SUB_LOCATION',
        parentId,
      })
      const place = /"id":"(loc-[^"]+)"/.exec(said)?.[1]
      if (place === undefined) throw new Error(said)
      return place
    },
    async addEndpoint(input) {
      const answer = await ask(AddEndpoint, { eventTypes: ['workorder.*'], ...input })
      const endpoint = /"id":"(whk-[^"]+)"/.exec(answer)?.[1]
      if (endpoint === undefined) throw new Error(answer)
      return endpoint
    },
    async addTarget(path) {
      const place = await tenant.addPlace(`Site of ${path}`)
      await tenant.addEndpoint({
        url: `${receiverOrigin}/${path}`,
        filter: { locationIds: [place] },
        customHeaders: [{ name: 'x-bench-track', value: 'yes' }],
      })
      return place
    },
  }
  return tenant
}

/**
 * Runs something again and again at a steady rate, whether or not earlier runs have ended.
 * @returns ms since the epoch at which the last one ended
 */
export async function offer(
  perSecond: number,
  count: number,
  run: (nth: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now()
  const running: Promise<void>[] = []
  for (let nth = 0; nth < count; nth++) {
    const waitMs = startedAt + (nth * 1_000) / perSecond - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    running.push(run(nth))
  }
  await Promise.all(running)
  return performance.timeOrigin + performance.now()
}

/** Waits until all of these have arrived. */
export async function untilArrived(
  receiver: BenchReceiver,
  ids: readonly string[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  const arrivals = await lookForArrivals(receiver, ids, timeoutMs)
  if (!ids.every((id) => arrivals.has(id))) throw new Error('not everything arrived')
  return arrivals
}

/** @returns when each has arrived, once all have or time is up */
export async function lookForArrivals(
  receiver: BenchReceiver,
  ids: readonly string[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const arrivals = await receiver.arrivals()
    const isOver = performance.now() > deadline
    if (isOver || ids.every((id) => arrivals.has(id))) return arrivals
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
