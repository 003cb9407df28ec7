import { type Followed, type FollowOptions, follow } from './follow.ts'
import { type Connection, type Document, request } from './request.ts'

export interface ClientOptions {
  /** Of the server, such as https://plantroom.example.com */
  url: string
  /** An API key, or … */
  apiKey?: string
  /** … an access token, or what gives one. */
  token?: string | (() => string | Promise<string>)
  /** Tries of a request that may succeed later; 4 when left out. */
  attempts?: number
  fetch?: typeof fetch
}

export interface MutationOptions {
  /** The same key makes the same command take effect once; a new one when left out. */
  idempotencyKey?: string
}

/** What a program asks of a server. */
export interface Client {
  /** @throws PlantroomError */
  query: <Result, Variables>(
    document: Document<Result, Variables>,
    variables?: Variables,
  ) => Promise<Result>
  /**
   * Tried again after a broken connection too: its idempotency key makes it take effect once.
   * @throws PlantroomError; what a command refuses stands in `userErrors` of its answer
   */
  mutate: <Result, Variables>(
    document: Document<Result, Variables>,
    variables?: Variables,
    options?: MutationOptions,
  ) => Promise<Result>
  /** The events of the organization, without a gap and without a repeat. */
  follow: (options?: FollowOptions) => AsyncGenerator<Followed, void, undefined>
}

/** A client of one server with one set of credentials. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, token, attempts = 4 } = options
  const connection: Connection = {
    url: options.url.replace(/\/+$/, ''),
    attempts,
    fetch: options.fetch ?? globalThis.fetch,
    credentials: async () => {
      if (apiKey !== undefined) return { 'x-api-key': apiKey }
      const now = typeof token === 'function' ? await token() : token
      return now === undefined ? {} : { authorization: `Bearer ${now}` }
    },
  }
  return {
    query: (document, variables) => request(connection, document, variables, {}),
    mutate: (document, variables, { idempotencyKey = crypto.randomUUID() } = {}) =>
      request(connection, document, variables, { 'idempotency-key': idempotencyKey }),
    follow: (following = {}) => follow(connection, following),
  }
}
