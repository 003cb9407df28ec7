import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { type AddressLimiter, createAddressLimiter } from '../access/address-limiter.ts'
import type { Caller } from '../access/caller.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import type { Queue } from '../database/queue.ts'
import { AccessError } from '../errors.ts'
import type { EventStream } from '../events/stream.ts'
import { createAuthenticator } from '../identity/sessions/authenticate.ts'
import { concerns, watchRevocations } from '../identity/sessions/sessions.ts'
import type { Logger } from '../log.ts'
import { createClientAddress, createProxyTrust } from './client-address.ts'
import { createGraphQLHandler } from './graphql-handler.ts'
import {
  createGraphQLRoute,
  createSessionRoute,
  GRAPHQL_PATH,
  type GraphQLRouteParts,
} from './graphql-route.ts'
import { shareReadiness } from './health.ts'
import type { Authenticate } from './http-rules.ts'
import { answer } from './http/answers.ts'
import { limitConnections } from './http/connections.ts'
import { createCors } from './http/cors.ts'
import { answerProtocolErrors } from './http/protocol-errors.ts'
import { type Responses, trackResponses } from './http/responses.ts'
import { createRouter, type Route } from './http/router.ts'
import { listen, urlOf } from './listen.ts'
import { type Admissions, openAdmissions } from './live/admissions.ts'
import type { SocketLimits } from './live/live-socket.ts'
import { acceptWebSockets, SOCKET_LIMITS } from './live/websockets.ts'
import { createPages, type Pages } from './pages/routes.ts'
import { createRestRoute } from './rest/rest-route.ts'
import { BASE } from './rest/table/table.ts'
import { SESSION_PATH } from './session-cookie.ts'

/** What one connection may take of time and room before there is a request. */
const HTTP_LIMITS = {
  /** Longer than the idle time of usual load balancers (60 s), so that they close first. */
  keepAliveTimeout: 65_000,
  headersTimeout: 10_000,
  /** For the whole of a request to arrive. */
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  // The router says it better.
  requireHostHeader: false,
  // Others ask for HTTP/2 in passing, and take it well when they get an ordinary answer.
  shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
    headers.upgrade?.toLowerCase() === 'websocket',
}
/** Of one client address, beside what callers may ask of GraphQL: pages, and whatever is refused. */
const ADDRESS_LIMIT = { most: 600, refillMs: 100 }
const STREAM_SWEEP_MS = 1_000
const STOP_POLL_MS = 20

export interface RunningServer extends AsyncDisposable {
  /** Without a slash at the end. */
  url: string
  port: number
}

export interface ServerParts {
  config: Config
  database: Database
  queue: Queue
  stream: EventStream
  log: Logger
  schema: GraphQLSchema
  /** For tests: shorter limits than the defaults. */
  socketLimits?: Partial<SocketLimits>
  /** For tests, likewise. */
  httpLimits?: Partial<typeof HTTP_LIMITS>
}

/**
 * GraphQL over HTTP, SSE and WebSocket, GraphiQL and health on one port.
 * @throws StartupError when the port cannot be had.
 */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { config, database, log } = parts
  const limits = { ...SOCKET_LIMITS, ...parts.socketLimits }
  const revocations = watchRevocations(database, log)
  const { authenticate, recheck } = createAuthenticator(database, config, revocations)
  const admissions = openAdmissions(log, limits.maxPerCaller, recheck)
  revocations.onRevoked((revoked) => {
    // Where word may have been lost, the sweep of the admissions finds what it was about.
    if (revoked.kind !== 'everything') admissions.revoke((caller) => concerns(revoked, caller))
  })
  const graphql = createGraphQLHandler({ ...parts, authenticate })
  const responses = trackResponses()
  const state = { stopping: false }
  const addressOf = createClientAddress(config.trustedProxies)
  const routes = createRoutes(parts, state, (limiter, pages) => ({
    graphql,
    authenticate,
    limiter,
    servePage: async (exchange) => pages.serveGraphiQL(exchange),
    admitStream: ({ response }, caller) =>
      admitStream(response, { admissions, limits, responses }, caller),
  }))
  const server = createServer(
    { ...HTTP_LIMITS, ...parts.httpLimits },
    createRouter({
      ...routes,
      cors: createCors(config.corsOrigins),
      responses,
      log,
      addressOf,
      isStopping: () => state.stopping,
    }),
  )
  answerProtocolErrors(server, responses, log)
  limitConnections(
    server,
    config.connectionsPerAddress,
    createProxyTrust(config.trustedProxies),
    log,
  )
  const sockets = acceptWebSockets(server, GRAPHQL_PATH, {
    graphql,
    authenticate,
    admissions,
    log,
    limits,
    timeoutMs: config.queryTimeoutMs,
    addressOf,
  })
  try {
    await listen(server, config, log)
  } catch (error) {
    admissions[Symbol.dispose]()
    await revocations[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
    throw error
  }
  const sweeping = setInterval(
    () => responses.sweep(Date.now(), limits.stallTimeoutMs),
    STREAM_SWEEP_MS,
  )

  return {
    ...urlOf(server, config),
    async [Symbol.asyncDispose]() {
      state.stopping = true
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      responses.cutStreams()
      await sockets[Symbol.asyncDispose]()
      await finishRequests(server, responses, config.shutdownTimeoutMs)
      clearInterval(sweeping)
      admissions[Symbol.dispose]()
      await revocations[Symbol.asyncDispose]()
      await closed
    },
  }
}

/** What there is, by path. */
function createRoutes(
  parts: ServerParts,
  state: { stopping: boolean },
  partsOf: (
    limiter: AddressLimiter,
    pages: Pages,
  ) => GraphQLRouteParts & { authenticate: Authenticate },
): { routeFor(path: string): Route | undefined; limiter: AddressLimiter } {
  const limiter = createAddressLimiter(ADDRESS_LIMIT)
  const pages = createPages(parts.schema)
  const graphql = partsOf(limiter, pages)
  const rest = createRestRoute({ ...parts, ...graphql })
  const isReady = shareReadiness(parts)
  const routes = new Map<string, Route>([
    [GRAPHQL_PATH, createGraphQLRoute(graphql)],
    [SESSION_PATH, createSessionRoute(graphql, parts.config.publicUrl)],
    ['/health/live', reading('none', ({ response }) => answer(response, 200, { live: true }))],
    [
      '/health/ready',
      reading('none', async ({ response }) => {
        const found = await isReady()
        const ready = found.ready && !state.stopping
        answer(response, ready ? 200 : 503, { ...found, ready })
      }),
    ],
    [
      '/',
      reading(undefined, ({ response }) =>
        answer(response, 302, { graphql: GRAPHQL_PATH }, { location: GRAPHQL_PATH }),
      ),
    ],
  ])
  const restFor = (path: string) => (path.startsWith(`${BASE}/`) ? rest : undefined)
  return {
    limiter,
    routeFor: (path) => pages.routeFor(path) ?? routes.get(path) ?? restFor(path),
  }
}

function reading(counted: Route['counted'], serve: Route['serve']): Route {
  return { methods: ['GET', 'HEAD'], serve, ...(counted && { counted }) }
}

interface Streaming {
  admissions: Admissions
  limits: SocketLimits
  responses: Responses
}

/** @throws AccessError RATE_LIMITED */
function admitStream(
  response: ServerResponse,
  { admissions, limits, responses }: Streaming,
  caller: Caller,
): void {
  const leave = admissions.admit({
    caller,
    end: () => response.destroy(),
  })
  if (leave === undefined) {
    throw new AccessError(
      'RATE_LIMITED',
      `At most ${limits.maxPerCaller} streams may be open at once`,
    )
  }
  response.once('close', leave)
  responses.markStream(response)
}

/** Lets what is under way end; cuts the rest when the time is over. */
async function finishRequests(
  server: Server,
  responses: Responses,
  limitMs: number,
): Promise<void> {
  const until = Date.now() + limitMs
  while (responses.count > 0 && Date.now() < until) {
    server.closeIdleConnections()
    await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS))
  }
  server.closeAllConnections()
}
