import { STATUS_CODES } from 'node:http'
import { toPascalCase } from '../../events/envelope.ts'
import { maskError } from '../../graphql/mask.ts'
import type { Logger } from '../../log.ts'
import { withPublicCode } from '../present-errors.ts'

/** One thing that is wrong with a request. */
export interface Fault {
  /** The field of the body, or the parameter: "checklist.0.text". */
  path: string
  message: string
}

/** Why a request is refused, as RFC 9457 has it. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly more: Readonly<Record<string, unknown>>
  constructor(
    status: number,
    code: string,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.more = more
    this.headers = headers
  }

  /** What is sent. `message` says the same as `detail`, for who reads only that. */
  toBody(requestId: string): object {
    return {
      type: 'about:blank',
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      message: this.message,
      requestId,
      ...this.more,
    }
  }
}

export const notHere = (what: string) => new Problem(404, 'NOT_FOUND', what)

export function badRequest(detail: string, errors?: readonly Fault[]): Problem {
  return new Problem(400, 'BAD_USER_INPUT', detail, errors === undefined ? {} : { errors })
}

/** What is wrong with several fields at once. */
export function invalidFields(errors: readonly Fault[]): Problem {
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return new Problem(422, 'VALIDATION', detail, { errors })
}

/** Whatever was thrown, or was an error of the execution: masked and logged as GraphQL does. */
export function problemOf(error: unknown, log: Logger): Problem {
  if (error instanceof Problem) return error
  const shown = withPublicCode(maskError(error, log))
  const { code, http } = shown.extensions
  const { status = 500, headers = {} } = Object(http)
  const challenge: Record<string, string> =
    status === 401 ? { 'www-authenticate': 'Bearer realm="plantroom"' } : {}
  return new Problem(status, String(code), shown.message, {}, { ...challenge, ...headers })
}

/** A user error of a mutation, as the document of an operation asks for it. */
export interface UserErrorAnswer {
  code: string
  message: string
  path: readonly string[] | null
  [detail: string]: unknown
}

const STATUS: Readonly<Record<string, number>> = {
  VALIDATION: 422,
  NOT_FOUND: 422,
  VERSION_CONFLICT: 412,
  INVALID_TRANSITION: 409,
  CONFLICT: 409,
  IN_FLIGHT: 409,
  APPROVAL_REQUIRED: 403,
  IDEMPOTENCY: 409,
  QUOTA: 403,
}

/**
 * @param inPath names of the input that came from the path of the request: what they name is what
 *   the request is about
 * @param shownAs names of the input → names of the body, where they differ
 */
export function problemOfUserErrors(
  errors: readonly UserErrorAnswer[],
  inPath: ReadonlySet<string>,
  shownAs: ReadonlyMap<string, string>,
): Problem {
  const [first] = errors
  if (first === undefined) throw new Error('no user error to tell of')
  const { code, message, path: _path, ...details } = first
  const field = first.path?.[1]
  const isAboutPath = code === 'NOT_FOUND' && field !== undefined && inPath.has(field)
  const status = isAboutPath ? 404 : (STATUS[code] ?? 422)
  const faults = errors.flatMap((error): Fault[] => {
    const [, head, ...rest] = error.path ?? []
    if (head === undefined || inPath.has(head)) return []
    return [{ path: [shownAs.get(head) ?? head, ...rest].join('.'), message: error.message }]
  })
  return new Problem(status, code, errors.length === 1 ? message : joined(errors), {
    ...publicDetails(details),
    ...(faults.length > 0 && { errors: faults }),
  })
}

const joined = (errors: readonly UserErrorAnswer[]) =>
  errors.map(({ message }) => message).join('; ')

/** Statuses as payloads write them. */
function publicDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { from, allowed, ...rest } = details
  return {
    ...rest,
    ...(typeof from === 'string' && { from: toPascalCase(from) }),
    ...(Array.isArray(allowed) && { allowed: allowed.map((each) => toPascalCase(String(each))) }),
  }
}
