/** The server refused, or could not be asked. */
export class PlantroomError extends Error {
  override readonly name = 'PlantroomError'
  /** `extensions.code` of the first error; NETWORK where nothing answered, HTTP_503 where no GraphQL did. */
  readonly code: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** For the operator, who finds it in the log. */
  readonly requestId: string | undefined
  constructor(message: string, code: string, retryable: boolean, requestId?: string) {
    super(message)
    this.code = code
    this.retryable = retryable
    this.requestId = requestId
  }
}

interface Refused {
  message: string
  path?: readonly (string | number)[]
  extensions?: { code?: string }
}

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])
const RETRYABLE_CODES: ReadonlySet<string> = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE'])

/** What an answer without (whole) data says. */
export function refusalOf(
  response: Response,
  errors: readonly Refused[] | undefined,
): PlantroomError {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const first = errors?.[0]
  const code = first?.extensions?.code ?? `HTTP_${response.status}`
  const message = first?.message ?? `The server answered ${response.status}`
  const retryable = RETRYABLE_STATUS.has(response.status) || RETRYABLE_CODES.has(code)
  return new PlantroomError(message, code, retryable, requestId)
}
