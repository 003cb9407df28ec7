import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { inBackground } from '../../process/background.ts'
import type { AddressLimiter } from '../../access/address-limiter.ts'
import type { Logger } from '../../log.ts'
import { chooseRequestId, withRequestId } from '../../process/request-id.ts'
import type { ClientAddress } from '../client-address.ts'
import { answer, errorBody, HttpRefusal, refuse } from './answers.ts'
import type { Cors } from './cors.ts'
import { pathOf } from './request-target.ts'
import type { Responses } from './responses.ts'
import { SAFE_HEADERS } from './safe-headers.ts'

/** One request that has passed what all of them must pass. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  path: string
  remoteAddress: string
}

export interface Route {
  /** As `allow` names them; anything else is answered 405. */
  methods: readonly string[]
  /** Who counts its requests; `none` only where one costs next to nothing. Default: by address. */
  counted?: 'none' | 'by itself'
  /** What to do instead, by methods that clients are known to try. */
  instead?: Readonly<Record<string, string>>
  serve(exchange: Exchange): void | Promise<void>
}

export interface RouterParts {
  /** By path; undefined = there is nothing. */
  routeFor(path: string): Route | undefined
  cors: Cors
  limiter: AddressLimiter
  responses: Responses
  log: Logger
  addressOf: ClientAddress
  /** From then on each connection ends with its answer. */
  isStopping(): boolean
}

/**
 * The one way into the server: gives every request its id and every answer the safe headers, refuses
 * what is malformed or too much, and answers whatever a route throws.
 */
export function createRouter(parts: RouterParts): RequestListener {
  return (request, response) => {
    const id = chooseRequestId(request.headers['x-request-id'])
    withRequestId(id, () => inBackground('a request', () => handle(request, response, id, parts)))
  }
}

/** Never rejects. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  parts: RouterParts,
): Promise<void> {
  const startedAt = performance.now()
  const path = request.url?.replace(/[?#].*$/s, '')
  parts.responses.add(response)
  response.once('close', () => {
    const ms = Math.round(performance.now() - startedAt)
    const { statusCode: status } = response
    parts.log.debug({ requestId: id, method: request.method, path, status, ms }, 'request')
  })
  try {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value)
    response.setHeader('x-request-id', id)
    if (parts.isStopping()) response.setHeader('connection', 'close')
    parts.cors.mark(request, response)
    await serve(request, response, parts)
  } catch (error) {
    fail(error, { request, response, id, path }, parts.log)
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  parts: RouterParts,
): Promise<void> {
  const path = pathOf(request)
  const route = path === '*' ? WHOLE_SERVER : parts.routeFor(path)
  const remoteAddress = parts.addressOf(request)
  const isServed = route?.methods.includes(request.method ?? '') === true
  if (!isServed || route.counted === undefined) demandLeft(parts.limiter, remoteAddress)
  if (route === undefined) {
    throw new HttpRefusal(404, 'There is nothing here; GraphQL is at /graphql')
  }
  if (parts.cors.answerPreflight(request, response)) return
  if (!isServed) {
    const allow = route.methods.join(', ')
    const instead = route.instead?.[request.method ?? '']
    throw new HttpRefusal(405, instead ?? `Here is answered to ${allow} only`, { allow })
  }
  await route.serve({ request, response, path, remoteAddress })
}

/** OPTIONS * asks whether there is a server at all. */
const WHOLE_SERVER: Route = {
  methods: ['OPTIONS'],
  serve({ response }) {
    response.writeHead(204, { allow: 'GET, HEAD, POST' }).end()
  },
}

/** @throws HttpRefusal 429 */
export function demandLeft(limiter: AddressLimiter, remoteAddress: string): void {
  const waitMs = limiter.take(remoteAddress)
  if (waitMs === 0) return
  throw new HttpRefusal(429, 'Too many requests', {
    'retry-after': String(Math.ceil(waitMs / 1_000)),
  })
}

function fail(
  error: unknown,
  at: { request: IncomingMessage; response: ServerResponse; id: string; path: string | undefined },
  log: Logger,
): void {
  const { request, response, id } = at
  const isRefusal = error instanceof HttpRefusal
  if (!isRefusal && !response.destroyed) {
    log.error(
      { err: error, requestId: id, method: request.method, path: at.path },
      'request failed',
    )
  }
  if (response.headersSent || response.destroyed) response.destroy()
  else if (isRefusal) refuse(response, error)
  else answer(response, 500, errorBody(500, 'Something went wrong on our side', id))
}
