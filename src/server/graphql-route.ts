import { sendNodeResponse } from '@whatwg-node/server'
import type { Caller } from '../access/caller.ts'
import type { AddressLimiter } from '../access/address-limiter.ts'
import type { GraphQLHandler } from './graphql-handler.ts'
import { answer, errorBody, HttpRefusal } from './http/answers.ts'
import type { SessionCookie } from '../graphql/context.ts'
import { demandLeft, type Exchange, type Route } from './http/router.ts'
import { openSessionCookie } from './session-cookie.ts'

export const GRAPHQL_PATH = '/graphql'

/** Media types of answers, and what stands for them. */
const ANSWERED = new Set([
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'application/*',
  'text/*',
  '*/*',
])

export interface GraphQLRouteParts {
  graphql: GraphQLHandler
  limiter: AddressLimiter
  /** GraphiQL, for a browser that opens the address. */
  servePage(exchange: Exchange): Promise<void>
  /** @throws AccessError RATE_LIMITED */
  admitStream(exchange: Exchange, caller: Caller): void
}

/**
 * GraphQL by POST with a JSON body and nothing else, so that no web page can make a browser send one
 * across origins unasked; and a page by GET.
 */
export function createGraphQLRoute(parts: GraphQLRouteParts): Route {
  return {
    methods: ['GET', 'HEAD', 'POST'],
    instead: { PUT: NO_RESERVATION, DELETE: NO_RESERVATION },
    counted: 'by itself',
    async serve(exchange) {
      const { request, remoteAddress } = exchange
      try {
        if (request.method !== 'POST') {
          demandPage(exchange)
          demandLeft(parts.limiter, remoteAddress)
          return await parts.servePage(exchange)
        }
        demandMediaTypes(exchange)
      } catch (error) {
        // Callers are counted below, by who they are.
        if (error instanceof HttpRefusal && error.status !== 429) {
          demandLeft(parts.limiter, remoteAddress)
        }
        throw error
      }
      await run(parts, exchange)
    },
  }
}

/**
 * The same for pages of our own, whose browser keeps the refresh token of the session in a cookie
 * that it sends here and nowhere else.
 */
export function createSessionRoute(parts: GraphQLRouteParts, publicUrl: string | undefined): Route {
  return {
    methods: ['POST'],
    async serve(exchange) {
      demandMediaTypes(exchange)
      await run(parts, exchange, openSessionCookie(exchange.request, exchange.response, publicUrl))
    },
  }
}

async function run(
  parts: GraphQLRouteParts,
  exchange: Exchange,
  sessionCookie?: SessionCookie,
): Promise<void> {
  const { request, response, remoteAddress } = exchange
  // Whatever form the target had: no route looks at more of it.
  request.url = GRAPHQL_PATH
  const made = await parts.graphql.handleNodeRequestAndResponse(request, response, {
    remoteAddress,
    admitStream: (caller) => parts.admitStream(exchange, caller),
    sessionCookie,
  })
  await send(made, exchange)
}

async function send(made: Response, { request, response }: Exchange): Promise<void> {
  const type = made.headers.get('content-type')
  if (type === 'text/event-stream') {
    // nginx and its like would keep the stream to themselves until some kilobytes have come.
    made.headers.set('x-accel-buffering', 'no')
    made.headers.set('cache-control', 'no-store, no-transform')
    made.headers.delete('content-encoding')
  }
  if (made.status >= 400 && type === null) {
    const headers = Object.fromEntries(made.headers)
    return answer(response, made.status, errorBody(made.status, made.statusText), headers)
  }
  await sendNodeResponse(made, response, request, true)
}

const NO_RESERVATION =
  'Streams are opened by POST, one for each operation, as graphql-sse does unless it is told singleConnection; one connection for many operations is a WebSocket'

/** An EventSource can send no header, and a key in the address would stand in every log. */
const NO_EVENT_SOURCE =
  'Subscriptions are opened by POST with Accept: text/event-stream and the key in a header (graphql-sse, or fetch); EventSource can do neither'

const NO_GET =
  'GraphQL operations are sent by POST: a client that prefers GET has to be told (urql: preferGetMethod: false)'

/** @throws HttpRefusal 405 */
function demandPage({ request }: Exchange): void {
  const { accept = '' } = request.headers
  if (accept.includes('text/html')) return
  const instead = accept.includes('text/event-stream') ? NO_EVENT_SOURCE : NO_GET
  throw new HttpRefusal(405, instead, { allow: 'POST' })
}

/** @throws HttpRefusal 415 or 406 */
function demandMediaTypes({ request: { headers } }: Exchange): void {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'The content type must be application/json', {
      'accept-post': 'application/json',
    })
  }
  const accepted = (headers.accept ?? '*/*').split(',')
  if (accepted.some((part) => ANSWERED.has(part.replace(/;.*$/s, '').trim().toLowerCase()))) return
  throw new HttpRefusal(
    406,
    'Answers are application/json or application/graphql-response+json, of subscriptions text/event-stream',
  )
}
