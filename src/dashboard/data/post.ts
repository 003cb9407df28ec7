import { type Document, textOf } from './document.ts'

export interface Fault {
  message: string
  code: string | undefined
  requestId: string | undefined
}

/** Thrown by `post`: what the server said, or that it could not be reached. */
export class PostError extends Error {
  override name = 'PostError'
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.message)
    this.fault = fault
  }
}

interface Answer<Result> {
  data?: Result | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

/** Where the browser's cookie goes along, and nowhere else. */
const SESSION_PATH = '/graphql/session'

/**
 * One operation of the session: signing in, refreshing, signing out.
 * @throws PostError
 */
export async function post<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  token?: string,
): Promise<Result> {
  const response = await fetch(SESSION_PATH, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: textOf(document), variables }),
  })
  const requestId = response.headers.get('x-request-id') ?? undefined
  const answer: Answer<Result> = await response.json()
  const [error] = answer.errors ?? []
  if (error !== undefined || answer.data === undefined || answer.data === null) {
    throw new PostError({
      message: error?.message ?? response.statusText,
      code: error?.extensions?.code,
      requestId,
    })
  }
  return answer.data
}
