import { GraphQLError } from 'graphql'
import { isUnavailable, noteOutage } from '../database/outage.ts'
import { AccessError, DomainError, DomainErrors } from '../errors.ts'
import type { Logger } from '../log.ts'
import { currentRequestId } from '../process/request-id.ts'

/** When to try again while the database is away. */
const AWAY_RETRY_S = 2

/**
 * What of an error a client may see. Refusals keep their code and text, malformed requests say what
 * is wrong with them, a database that is away is said to be so, and everything else is ours: logged once,
 * answered as INTERNAL without detail.
 */
export function maskError(error: unknown, log: Logger): GraphQLError {
  const original = error instanceof GraphQLError ? error.originalError : error
  if (original instanceof AccessError) {
    const { message, code, httpStatus, retryAfterMs, details } = original
    const headers =
      retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }
    const shown = located(error, message, code, httpStatus, headers)
    Object.assign(shown.extensions, details)
    return shown
  }
  if (original instanceof DomainError || original instanceof DomainErrors) {
    return located(error, original.message, 'BAD_USER_INPUT', 400)
  }
  if (
    error instanceof GraphQLError &&
    (original === undefined || original instanceof GraphQLError)
  ) {
    const given = error.extensions['code']
    const code = typeof given === 'string' ? given : 'BAD_USER_INPUT'
    const shown = located(error, error.message, code, statusOf(error) ?? 400)
    // Masked before, with the line of the log that this names.
    const { requestId } = error.extensions
    if (requestId !== undefined) shown.extensions['requestId'] = requestId
    return shown
  }
  if (isUnavailable(original)) {
    noteOutage(original, log)
    const message = `Temporarily unavailable: try again in ${AWAY_RETRY_S} s`
    const headers = { 'retry-after': String(AWAY_RETRY_S) }
    return located(error, message, 'UNAVAILABLE', 503, headers)
  }
  log.error(
    { err: original, path: error instanceof GraphQLError ? error.path : undefined },
    'request failed',
  )
  const masked = located(error, 'Something went wrong on our side', 'INTERNAL', 500)
  const requestId = currentRequestId()
  // By which the operator finds the line above.
  if (requestId !== undefined) masked.extensions['requestId'] = requestId
  return masked
}

function located(
  error: unknown,
  message: string,
  code: string,
  status: number,
  headers: Record<string, string> = {},
): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined
  return new GraphQLError(message, {
    nodes: at?.nodes ?? null,
    source: at?.source ?? null,
    positions: at?.positions ?? null,
    path: at?.path ?? null,
    extensions: { code, http: { status, headers } },
  })
}

function statusOf(error: GraphQLError): number | undefined {
  const http = error.extensions['http']
  return http?.status
}
