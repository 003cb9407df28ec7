import { type Config, loadConfig } from '../../src/config/config.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { type Credentials, TEST_ENVIRONMENT } from './app.ts'
import {
  type AtTheEnd,
  freePort,
  isReady,
  type ProductProcess,
  spawnProduct,
  until,
} from './process.ts'

export interface Node {
  role: 'server' | 'worker'
  /** Of a server. */
  port: number
  process: ProductProcess
}

export interface Cluster extends AsyncDisposable {
  config: Config
  database: Database
  organizationId: string
  owner: Credentials
  start(role: Node['role'], port?: number, env?: Record<string, string>): Promise<Node>
}

/** Processes of the product on one database, with an organization to work in. */
export async function openCluster(
  databaseUrl: string,
  env: Record<string, string> = {},
  atTheEnd?: AtTheEnd,
): Promise<Cluster> {
  const config = loadConfig({ ...TEST_ENVIRONMENT, DATABASE_URL: databaseUrl }, () => {
    throw new Error('tests bring their own secrets')
  })
  const database = openDatabase(databaseUrl, 4)
  const running: ProductProcess[] = []
  async function start(
    role: Node['role'],
    port?: number,
    more?: Record<string, string>,
  ): Promise<Node> {
    const own = port ?? (await fixedPort())
    const settings = { DATABASE_URL: databaseUrl, ROLES: role, PORT: String(own), ...env, ...more }
    const process = spawnProduct(settings, [], atTheEnd)
    running.push(process)
    let ended = false
    void process.exited.then(() => (ended = true))
    await until(`a ${role}`, () => {
      if (ended) throw new Error(`a ${role} ended: ${process.output()}`)
      return role === 'server'
        ? isReady(`http://127.0.0.1:${own}`)
        : process.output().includes('worker is running')
    })
    return { role, port: own, process }
  }
  // A server migrates; then there is somewhere to put the organization.
  const first = await start('worker')
  first.process.signal('SIGKILL')
  const owner = await createOrganization(database, {
    name: 'Cluster',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  return {
    config,
    database,
    organizationId: owner.organizationId,
    owner: { Authorization: `Bearer ${(await issueAccessToken(config.auth, owner.userId)).token}` },
    start,
    async [Symbol.asyncDispose]() {
      for (const process of running) process.signal('SIGKILL')
      await Promise.all(running.map((process) => process.exited))
      await database[Symbol.asyncDispose]()
    },
  }
}

/** Below the ports that connections are given: one of those might take it while its server is away. */
async function fixedPort(): Promise<number> {
  return 12_000 + ((await freePort()) % 18_000)
}

export interface Recording {
  /** How many were confirmed so far. */
  readonly confirmed: number
  /** Resolves when all that were asked for are confirmed; every failed one is asked for again. */
  stop(): Promise<number>
}

/** Two transactions per request: most of a request's cost is not the events'. */
const EVENTS_PER_TRANSACTION = 5
const EVENTS_PER_REQUEST = 2 * EVENTS_PER_TRANSACTION
const PLACE =
  'mutation { locationCreate(input: { name: "Site", kind: LOCATION }) { location { id } } }'
const RECORD = `mutation ($items: [WorkOrderBulkCreateItem!]!) {
  one: workOrderBulkCreate(input: { items: $items }) { userErrors { code } }
  two: workOrderBulkCreate(input: { items: $items }) { userErrors { code } }
}`
const RECORDED = '{"data":{"one":{"userErrors":[]},"two":{"userErrors":[]}}'

/** Asks servers, by turns, for some events after others at a steady rate, once there is a place. */
export async function recordSteadily(
  ports: () => readonly number[],
  credentials: Credentials,
  perSecond: number,
): Promise<Recording> {
  const running = new Set<Promise<void>>()
  let confirmed = 0
  let turn = 0

  /** Tries servers by turns until one confirms. */
  async function ask(body: object, isDone: (answer: string) => boolean): Promise<string> {
    for (;;) {
      const all = ports()
      const port = all[turn++ % all.length] ?? 0
      const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...credentials },
        body: JSON.stringify(body),
      }).then(
        (response) => response.text(),
        () => '',
      )
      if (isDone(answer)) return answer
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const placed = await ask({ query: PLACE }, (answer) => answer.includes('"id"'))
  const locationId = /"id":"([^"]+)"/.exec(placed)?.[1]
  confirmed++
  const items = Array.from({ length: EVENTS_PER_TRANSACTION }, () => ({ title: 'Job', locationId }))

  async function recordSome(): Promise<void> {
    await ask({ query: RECORD, variables: { items } }, (answer) => answer.startsWith(RECORDED))
    confirmed += EVENTS_PER_REQUEST
  }

  const startedAt = performance.now()
  let asked = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond
    // No more at once than a slow machine gets through: the rate then falls instead of the test.
    while (asked < due && running.size < 16) {
      asked += EVENTS_PER_REQUEST
      const one: Promise<void> = recordSome().finally(() => running.delete(one))
      running.add(one)
    }
  }, 5)
  return {
    get confirmed() {
      return confirmed
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      return confirmed
    },
  }
}

/** Position of the newest event, when everything recorded has one. */
export async function settledHead(cluster: Cluster): Promise<number> {
  const { pool } = cluster.database
  await until('the last position', async () => {
    const open = await pool.query('SELECT 1 FROM event WHERE position IS NULL LIMIT 1')
    return open.rows.length === 0
  })
  const head = await pool.query<{ head: string }>(
    'SELECT last_position AS head FROM event_stream_head WHERE organization_id = $1',
    [cluster.organizationId],
  )
  return Number(head.rows[0]?.head)
}

/** 1, 2, 3, … */
export function positionsTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
