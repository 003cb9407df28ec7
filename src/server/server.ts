import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { Caller } from '../access/caller.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import type { Queue } from '../database/queue.ts'
import { AccessError } from '../errors.ts'
import type { EventStream } from '../events/stream.ts'
import { createAuthenticator } from '../identity/sessions/authenticate.ts'
import { concerns, watchRevocations } from '../identity/sessions/sessions.ts'
import type { Logger } from '../log.ts'
import { type Admissions, openAdmissions } from './live/admissions.ts'
import { type GraphQLHandler, createGraphQLHandler } from './graphql-handler.ts'
import { checkReadiness } from './health.ts'
import { listen, urlOf } from './listen.ts'
import type { SocketLimits } from './live/live-socket.ts'
import { type Responses, trackResponses } from './responses.ts'
import { type ClientAddress, createClientAddress } from './client-address.ts'
import { SOCKET_LIMITS, acceptWebSockets } from './live/websockets.ts'

const GRAPHQL_PATH = '/graphql'
/** Longer than the idle time of usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000
/** For the whole of a request to arrive. */
const REQUEST_TIMEOUT_MS = 30_000
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
  const routes = { ...parts, graphql, responses, state, admissions, limits, addressOf }
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => route(request, response, routes),
  )
  const sockets = acceptWebSockets(server, GRAPHQL_PATH, {
    graphql,
    authenticate,
    admissions,
    log,
    limits,
    addressOf,
  })
  try {
    await listen(server, config)
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

interface Routes extends ServerParts {
  graphql: GraphQLHandler
  admissions: Admissions
  limits: SocketLimits
  responses: Responses
  state: { stopping: boolean }
  addressOf: ClientAddress
}

function route(request: IncomingMessage, response: ServerResponse, parts: Routes): void {
  const startedAt = performance.now()
  const path = request.url?.split('?')[0] ?? '/'
  parts.responses.add(response)
  response.once('close', () => {
    const ms = Math.round(performance.now() - startedAt)
    parts.log.debug({ method: request.method, path, status: response.statusCode, ms }, 'request')
  })
  switch (path) {
    case GRAPHQL_PATH:
      void handleGraphQL(request, response, parts)
      return
    case '/health/live':
      return answer(response, 200, { live: true })
    case '/health/ready':
      void checkReadiness({ ...parts, stopping: parts.state.stopping }).then((readiness) =>
        answer(response, readiness.ready ? 200 : 503, readiness),
      )
      return
    case '/':
      response.setHeader('location', GRAPHQL_PATH)
      return answer(response, 302, { graphql: GRAPHQL_PATH })
    default:
      return answer(response, 404, {
        errors: [
          {
            message: 'There is nothing here; GraphQL is at /graphql',
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      })
  }
}

async function handleGraphQL(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Routes,
): Promise<void> {
  try {
    await parts.graphql(request, response, {
      remoteAddress: parts.addressOf(request),
      admitStream: (caller) => admitStream(response, parts, caller),
    })
  } catch (error) {
    // Yoga answers every failure itself; here the connection broke while it did.
    parts.log.debug({ error: String(error) }, 'answer was not sent')
    response.destroy()
  }
}

/** @throws AccessError RATE_LIMITED */
function admitStream(
  response: ServerResponse,
  { admissions, limits, responses }: Routes,
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

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
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
