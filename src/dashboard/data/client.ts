import { cacheExchange, Client, fetchExchange } from 'urql'
import { session } from '../session/session.ts'

/** One for a session: what it has cached belongs to who is signed in. */
export function createClient(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [cacheExchange, fetchExchange],
    fetch: fetchSigned,
  })
}

/** With a token that is good; once more with a new one where the server refuses it. */
async function fetchSigned(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const token = await session.token()
  const response = await fetchWith(token, input, init)
  if (response.status !== 401 || token === undefined) return response
  session.forgetToken(token)
  return await fetchWith(await session.token(), input, init)
}

async function fetchWith(
  token: string | undefined,
  input: RequestInfo | URL,
  init: RequestInit,
): Promise<Response> {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  headers.set('accept', 'application/graphql-response+json, application/json')
  return await fetch(input, { ...init, headers })
}
