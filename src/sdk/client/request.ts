import { pause } from '../pause.ts'
import { whyUnanswered } from '../why-unanswered.ts'
import { PlantroomError, refusalOf } from './errors.ts'

/**
 * A GraphQL document that knows its types: what a code generator makes in `documentMode: 'string'`, or
 * a text.
 */
export type Document<Result, Variables> =
  | string
  | { toString(): string; __apiType?: (variables: Variables) => Result }

export interface Connection {
  /** Of the server, without /graphql */
  url: string
  /** `Authorization` or `X-Api-Key`; asked before each request, since tokens end. */
  credentials: () => Record<string, string> | Promise<Record<string, string>>
  fetch: typeof fetch
  /** Tries of a request that may succeed later, the first included */
  attempts: number
}

const LONGEST_PAUSE_MS = 30_000

/**
 * Runs one operation, again with growing pauses where that may help; `Retry-After` is obeyed.
 * @throws PlantroomError
 */
export async function request<Result, Variables>(
  connection: Connection,
  document: Document<Result, Variables>,
  variables: Variables | undefined,
  headers: Record<string, string>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const { data, refusal, retryAfterMs } = await ask<Result>(
      connection,
      document,
      variables,
      headers,
    )
    if (refusal === undefined) return data as Result
    if (!refusal.retryable || attempt >= connection.attempts) throw refusal
    await pause(
      retryAfterMs ?? Math.min(LONGEST_PAUSE_MS, 2 ** attempt * 100 * (0.5 + Math.random())),
    )
  }
}

interface Outcome<Result> {
  data?: Result
  refusal?: PlantroomError
  retryAfterMs?: number | undefined
}

async function ask<Result>(
  connection: Connection,
  document: Document<Result, never>,
  variables: unknown,
  headers: Record<string, string>,
): Promise<Outcome<Result>> {
  const response = await post(connection, document, variables, {
    accept: 'application/graphql-response+json, application/json',
    ...headers,
  })
  if (response instanceof PlantroomError) return { refusal: response }
  const answer = await response.json().catch(() => undefined)
  if (answer?.errors === undefined && answer?.data != null) return { data: answer.data }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    refusal: refusalOf(response, answer?.errors),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  }
}

/** Sends a document; what prevents an answer is an error like any other. */
export async function post(
  connection: Connection,
  document: Document<unknown, never>,
  variables: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response | PlantroomError> {
  const query = document.toString()
  if (query === '[object Object]') {
    throw new TypeError(
      'A document must be a text: print it, or generate it with documentMode "string"',
    )
  }
  try {
    return await connection.fetch(`${connection.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(await connection.credentials()),
      },
      body: JSON.stringify({ query, variables }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (error instanceof PlantroomError) return error
    const why = whyUnanswered(error)
    return new PlantroomError(`${connection.url} does not answer: ${why}`, 'NETWORK', true)
  }
}
