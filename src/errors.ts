/**
 * The few kinds of expected failure. A `DomainError` reaches the client in a payload's `userErrors`;
 * an `AccessError` becomes a top-level GraphQL error with a code. Anything else is a fault of ours:
 * masked outside, logged once inside.
 */
export class DomainError extends Error {
  override name = 'DomainError'
  readonly detail: DomainErrorDetail
  /** Path of the offending input field, for example ["input", "title"]. */
  readonly path: readonly string[] | undefined
  constructor(message: string, detail: DomainErrorDetail, path?: readonly string[]) {
    super(message)
    this.detail = detail
    this.path = path
  }
}

export type DomainErrorDetail =
  | { code: 'VALIDATION' }
  | { code: 'NOT_FOUND'; id: string }
  | { code: 'VERSION_CONFLICT'; currentVersion: number }
  | { code: 'INVALID_TRANSITION'; from: string; allowed: readonly string[] }
  | { code: 'CONFLICT'; ids: readonly string[] }
  | { code: 'IN_FLIGHT'; ids: readonly string[] }
  | { code: 'APPROVAL_REQUIRED'; approverIds: readonly string[] }
  | { code: 'IDEMPOTENCY' }
  | { code: 'QUOTA' }

/** Several faults of one input at once. */
export class DomainErrors extends Error {
  override name = 'DomainErrors'
  readonly errors: readonly DomainError[]
  constructor(errors: readonly DomainError[]) {
    super(errors.map((error) => error.message).join('; '))
    this.errors = errors
  }
}

/** The same answer for an id that does not exist and for one of another organization. */
export function notFound(what: string, id: string, field = 'id'): DomainError {
  return new DomainError(`${what} ${id} was not found`, { code: 'NOT_FOUND', id }, ['input', field])
}

export function invalid(message: string, ...path: string[]): DomainError {
  return new DomainError(message, { code: 'VALIDATION' }, ['input', ...path])
}

const HTTP_STATUS = {
  BAD_USER_INPUT: 400,
  QUERY_TOO_COMPLEX: 400,
  ORGANIZATION_REQUIRED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PLAN_REQUIRED: 403,
  RATE_LIMITED: 429,
  QUERY_TIMEOUT: 504,
  UNAVAILABLE: 503,
} as const

export type AccessCode = keyof typeof HTTP_STATUS

/** A refusal that concerns the request as a whole, not one field of its input. */
export class AccessError extends Error {
  override name = 'AccessError'
  readonly code: AccessCode
  readonly httpStatus: number
  /** Of RATE_LIMITED: when to try again, where the request limit does not say it. */
  readonly retryAfterMs: number | undefined
  /** What a program needs beside the code, shown in `extensions`. */
  readonly details: Readonly<Record<string, unknown>>
  constructor(
    code: AccessCode,
    message: string,
    retryAfterMs?: number,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.code = code
    this.httpStatus = HTTP_STATUS[code]
    this.retryAfterMs = retryAfterMs
    this.details = details
  }
}

/** One clear sentence for the operator; the process ends with exit code 1 and no stack trace. */
export class StartupError extends Error {
  override name = 'StartupError'
}

const SYSTEM_REASONS: Partial<Record<string, string>> = {
  EACCES: 'this user has no permission for it',
  EPERM: 'this user has no permission for it',
  EROFS: 'it lies on a read-only file system',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  ENOENT: 'it is not there, or a link on the way to it leads nowhere',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'there is something else of this name',
  ENAMETOOLONG: 'the path is too long',
  EIO: 'the disk does not answer',
  EMFILE: 'this process may open no more files',
  ENFILE: 'this machine may open no more files',
  ELOOP: 'its links go round in a circle',
}

/** One sentence for what an operating system refuses of a file; undefined for any other error. */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const reason = SYSTEM_REASONS[String(error.code)]
  if (reason === undefined || 'address' in error) return undefined
  const file = 'path' in error ? String(error.path) : 'its files'
  return `Plantroom cannot use ${file}: ${reason} (${String(error.code)}).`
}

/** The record is not what the caller has seen. */
export function versionConflict(
  currentVersion: number,
  expected: number | undefined,
  path: readonly string[] = ['expectedVersion'],
): DomainError {
  return new DomainError(
    `The record is at version ${currentVersion}, not ${expected}: read it again`,
    { code: 'VERSION_CONFLICT', currentVersion },
    ['input', ...path],
  )
}

/**
 * Refuses a change that was decided on an older version of the record than there is now.
 * @throws DomainError VERSION_CONFLICT
 */
export function demandVersion(
  record: { version: number },
  expectedVersion: number | null | undefined,
): void {
  if (expectedVersion == null || expectedVersion === record.version) return
  throw versionConflict(record.version, expectedVersion)
}
