import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { maskError } from '../graphql/mask.ts'
import type { Logger } from '../log.ts'

/** Codes of the libraries in use; to a client all of them say the same: mend the request. */
const LIBRARY_CODES = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'REQUEST_ENTITY_TOO_LARGE',
])

/**
 * The error with one of the documented codes. Its HTTP status counts for every media type: the
 * libraries would answer a malformed document with 200 to clients that accept application/json.
 */
export function withPublicCode(error: GraphQLError): GraphQLError {
  const code = error.extensions['code']
  if (typeof code !== 'string' || LIBRARY_CODES.has(code)) {
    error.extensions['code'] = 'BAD_USER_INPUT'
  }
  const http = error.extensions['http']
  if (typeof http === 'object' && http !== null) Reflect.deleteProperty(http, 'spec')
  error.message = shortened(error.message)
  return error
}

/** The HTTP status that an error asks for. */
export function statusOf(error: GraphQLError): unknown {
  return Reflect.get(Object(error.extensions['http']), 'status')
}

/** From then on the error has nothing to say of the status of its answer. */
export function withoutStatus(error: GraphQLError): void {
  const http = error.extensions['http']
  if (typeof http === 'object' && http !== null) Reflect.deleteProperty(http, 'status')
}

/** Of what was sent, which a message may repeat to say what is wrong with it. */
const MAX_QUOTED = 100
/** Of a whole message: what was sent often stands in the middle, and the reason behind it. */
const MAX_HEAD = 600
const MAX_TAIL = 400

/** The libraries repeat what was sent in full, however long it is. */
function shortened(message: string): string {
  if (message.length <= MAX_QUOTED) return message
  const cut =
    message.length <= MAX_HEAD + MAX_TAIL
      ? message
      : `${message.slice(0, MAX_HEAD)}…${message.slice(-MAX_TAIL)}`
  return cut.replaceAll(LONG_QUOTE, '"$1…"').replaceAll(LONG_WORD, '$1…$2')
}
const LONG_QUOTE = new RegExp(`"([^"]{${MAX_QUOTED}})[^"]+"`, 'g')
const LONG_WORD = new RegExp(`(\\S{${MAX_QUOTED}})\\S{2,}(\\s|$)`, 'g')

/** Errors as a WebSocket message carries them: masked, coded, without what is meant for HTTP. */
export function presentErrors(errors: readonly unknown[], log: Logger): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { extensions, ...rest } = withPublicCode(maskError(error, log)).toJSON()
    const { http: _http, ...shown } = extensions ?? {}
    return { ...rest, extensions: shown }
  })
}
