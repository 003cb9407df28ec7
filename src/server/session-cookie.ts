import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionCookie } from '../graphql/context.ts'
import { HttpRefusal } from './http/answers.ts'

/** GraphQL as well; the cookie is sent here and nowhere else. */
export const SESSION_PATH = '/graphql/session'

/** Over https browsers take a cookie of this name from nobody but an https page of this very host. */
const SECURE_NAME = '__Secure-plantroom-session'
const NAME = 'plantroom-session'

/**
 * The cookie of a request that a page of our own sent. It is no credential: nothing but the operations
 * of sessions looks at it.
 * @param publicUrl where clients reach the server; undefined = as the request says in Host
 * @throws HttpRefusal 403 for a request of any other page, or of no page
 */
export function openSessionCookie(
  request: IncomingMessage,
  response: ServerResponse,
  publicUrl: string | undefined,
): SessionCookie {
  const origin = demandOwnOrigin(request, publicUrl)
  // The browser knows which way it came; a proxy in between may have taken the TLS off.
  const secure = origin.protocol === 'https:'
  const name = secure ? SECURE_NAME : NAME
  const below = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
  const attributes = `; Path=${below}${SESSION_PATH}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  const set = (value: string, expires: Date) =>
    response.setHeader(
      'set-cookie',
      `${name}=${value}${attributes}; Expires=${expires.toUTCString()}`,
    )
  return {
    token: readCookie(request.headers.cookie, name),
    keep: (token, expiresAt) => set(token, expiresAt),
    forget: () => set('', new Date(0)),
  }
}

/** A browser says with every POST which page sends it; no page can make it say otherwise. */
function demandOwnOrigin({ headers }: IncomingMessage, publicUrl: string | undefined): URL {
  const origin = URL.parse(headers.origin ?? '')
  if (origin !== null) {
    const isOwn =
      publicUrl === undefined
        ? origin.host === URL.parse(`${origin.protocol}//${headers.host}`)?.host
        : origin.origin === new URL(publicUrl).origin
    if (isOwn && /^https?:$/.test(origin.protocol)) return origin
  }
  throw new HttpRefusal(
    403,
    `Only pages of this server may use ${SESSION_PATH}; behind a proxy, PUBLIC_URL says where they are`,
  )
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key = '', value = ''] = pair.trim().split('=', 2)
    if (key === name && value !== '') return value
  }
  return undefined
}
