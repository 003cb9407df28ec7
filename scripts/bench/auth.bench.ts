import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execute, subscribe, specifiedDirectives } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Caller } from '../../src/access/caller.ts'
import { type Config, loadConfig } from '../../src/config/config.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { openQueue, type Queue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { openStream } from '../../src/events/stream.ts'
import { builder } from '../../src/graphql/builder.ts'
import type { Context } from '../../src/graphql/context.ts'
import { IDEMPOTENT } from '../../src/graphql/commands/idempotency.ts'
import { createAuthenticator } from '../../src/identity/sessions/authenticate.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { watchRevocations } from '../../src/identity/sessions/sessions.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { schema } from '../../src/schema.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { createGraphQLHandler } from '../../src/server/graphql-handler.ts'
import { readBody } from '../../src/server/request-body.ts'
import { createWorkOrder } from '../../src/domains/work-orders/service/create.ts'
import type { ClientRun } from './load-client.ts'
import { BENCH_SECRETS, median, progress, round, startClient, throwAwayDatabase } from './stage.ts'

const ROUNDS = 40
const REQUESTS = 50
const CONNECTIONS = 4
const KEYS = 8

const REQUESTS_TO_MEASURE = {
  list: '{ workOrders(first: 20) { nodes { id title status priority created location { id name } } pageInfo { hasNextPage endCursor } } }',
  least: '{ viewer { apiKeyId } }',
}

/**
 * What authentication, authorization and limits cost: the same request to the product and to the same
 * schema built without authorization, served with neither credentials nor limits, in turn.
 *
 * `list`, what a dashboard asks for most, is the request of which the ratio is to be judged. `least`
 * reads nothing at all, so that its ratio is far higher: it shows in milliseconds what the door costs.
 */
export async function run(): Promise<object[]> {
  await using server = await throwAwayDatabase()
  await using database = openDatabase(server.url, 10)
  const log = createLogger('error')
  await using queue = await openQueue(server.url, [dispatchJob], false, log)
  await using stream = await openStream({ database, log })
  const config = loadConfig(
    { ...BENCH_SECRETS, DATABASE_URL: server.url, REQUESTS_PER_MINUTE: '30000' },
    () => {
      throw new Error('the bench brings its own secrets')
    },
  )
  const { caller, credentials } = await furnish(database, queue, config)
  const statements = countDoorStatements(database)
  await using revocations = watchRevocations(database, log)
  const { authenticate } = createAuthenticator(database, config, revocations)
  const full = createGraphQLHandler({ config, database, queue, stream, log, authenticate, schema })
  await using withAll = await serve((request, response) => {
    void full(request, response, { remoteAddress: request.socket.remoteAddress ?? '' })
  })
  await using without = await serve(bareHandler({ caller, config, log, database, queue }))
  await using client = await startClient()

  const lines: object[] = []
  for (const [name, query] of Object.entries(REQUESTS_TO_MEASURE)) {
    for (const [kind, headers] of Object.entries(credentials)) {
      const run: Omit<ClientRun, 'origin'> = {
        headers,
        body: JSON.stringify({ query }),
        requests: REQUESTS,
        connections: CONNECTIONS,
      }
      const before = statements.count
      const ms = { with: [] as number[], without: [] as number[], ratios: [] as number[] }
      for (let round = 0; round <= ROUNDS; round++) {
        // In turn, and each first as often as second: what else the machine does meets both.
        const order = round % 2 === 0 ? [withAll, without] : [without, withAll]
        const perRequest = new Map<string, number>()
        for (const { origin } of order) {
          const result = await client.load({ ...run, origin })
          perRequest.set(origin, result.totalMs / REQUESTS)
        }
        // The first round warms both up.
        if (round === 0) continue
        const [a, b] = [perRequest.get(withAll.origin) ?? 0, perRequest.get(without.origin) ?? 1]
        ms.with.push(a)
        ms.without.push(b)
        ms.ratios.push(a / b)
      }
      const line = {
        bench: 'auth',
        request: name,
        credentials: kind,
        msWith: round(median(ms.with), 3),
        msWithout: round(median(ms.without), 3),
        addedMs: round(median(ms.with) - median(ms.without), 3),
        ratio: round(median(ms.ratios), 3),
        statementsPerRequest: round((statements.count - before) / ((ROUNDS + 1) * REQUESTS), 3),
      }
      progress(`auth: ${JSON.stringify(line)}`)
      lines.push(line)
    }
  }
  return lines
}

/** Counts what authentication and limits ask the database. */
function countDoorStatements({ pool }: Database): { count: number } {
  const counted = { count: 0 }
  const query = pool.query.bind(pool)
  pool.query = new Proxy(query, {
    apply(target, self, given: [unknown]) {
      const [statement] = given
      const name: unknown = Object(statement).name
      if (typeof name === 'string' && /^(authenticate|touch|claim)-/.test(name)) counted.count++
      return Reflect.apply(target, self, given)
    },
  })
  return counted
}

async function furnish(database: Database, queue: Queue, config: Config) {
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const keys = await transaction({ database, queue }, owner, async (unit) => {
    const place = await createLocation(unit, { name: 'Site', kind: 'LOCATION' })
    for (let n = 0; n < 200; n++) {
      await createWorkOrder(unit, { title: `Work ${n}`, locationId: place.id })
    }
    const made: string[] = []
    for (let n = 0; n < KEYS; n++) {
      const scopes: ['work-orders:read', 'locations:read'] = ['work-orders:read', 'locations:read']
      made.push((await createApiKey(unit, { name: `Key ${n}`, scopes })).key)
    }
    return made
  })
  const { token } = await issueAccessToken(config.auth, owner.userId)
  return {
    caller: owner,
    credentials: {
      apiKey: keys.map((key) => ({ 'x-api-key': key })),
      token: [{ authorization: `Bearer ${token}` }],
    },
  }
}

/** How the product reads and executes, whoever asks. */
const sameAsProduct: Plugin = {
  onRequestParse: ({ setRequestParser }) => setRequestParser(readBody),
  onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
}

/** The same schema and executor, and nothing of what is measured. */
function bareHandler(context: Omit<Context, 'remoteAddress'> & { caller: Caller }) {
  const schema = builder.toSchema({
    directives: [...specifiedDirectives, IDEMPOTENT],
    disableScopeAuth: true,
  })
  const yoga = createYoga({
    schema,
    context: (): Context => ({ ...context, remoteAddress: '' }),
    plugins: [sameAsProduct],
    maxRequestBodySize: false,
    parserAndValidationCache: true,
    batching: false,
    multipart: false,
    landingPage: false,
    logging: false,
  })
  const listener: RequestListener = (request, response) => void yoga(request, response)
  return listener
}

async function serve(listener: RequestListener): Promise<{ origin: string } & AsyncDisposable> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
