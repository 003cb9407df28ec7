import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpRefusal } from './answers.ts'

/** What scripts of other origins may read beside the body. */
const EXPOSED = [
  'accept-patch',
  'accept-post',
  'allow',
  'etag',
  'link',
  'location',
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'x-request-id',
].join(', ')

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'accept, authorization, content-type, idempotency-key, if-match, x-api-key, x-organization-id, x-request-id',
  /** Seconds; the longest that browsers take. */
  'access-control-max-age': '7200',
} as const

export interface Cors {
  /** Says whether a page of the origin that asks may read the answer. */
  mark(request: IncomingMessage, response: ServerResponse): void
  /** Answers a browser that asks before it sends; false for any other request. */
  answerPreflight(request: IncomingMessage, response: ServerResponse): boolean
}

/**
 * Which pages of other origins may use the API. Never with credentials: a key or token is sent by
 * whoever holds it, and nothing that a browser adds by itself counts.
 * @param origins `https://app.example.com`, or `*` for any; none = no other origin
 */
export function createCors(origins: readonly string[]): Cors {
  const allowed = new Set(origins)
  const any = allowed.has('*')
  const isAllowed = (origin: string | undefined) =>
    origin !== undefined && (any || allowed.has(origin))

  return {
    mark({ headers }, response) {
      if (allowed.size === 0) return
      if (!any) response.setHeader('vary', 'Origin')
      if (headers.origin === undefined || !isAllowed(headers.origin)) return
      response.setHeader('access-control-allow-origin', any ? '*' : headers.origin)
      response.setHeader('access-control-expose-headers', EXPOSED)
      response.setHeader('cross-origin-resource-policy', 'cross-origin')
    },
    answerPreflight({ method, headers }, response) {
      const asked = headers['access-control-request-method']
      if (method !== 'OPTIONS' || asked === undefined) return false
      if (!isAllowed(headers.origin)) {
        throw new HttpRefusal(403, 'Pages of this origin may not use the API (CORS_ORIGINS)')
      }
      response.writeHead(204, PREFLIGHT).end()
      return true
    },
  }
}
