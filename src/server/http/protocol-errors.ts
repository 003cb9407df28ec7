import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../../log.ts'
import { chooseRequestId } from '../../process/request-id.ts'
import { answer, errorBody, HttpRefusal, refuseSocket } from './answers.ts'
import type { Responses } from './responses.ts'
import { SAFE_HEADERS } from './safe-headers.ts'

const CLOSE = { connection: 'close' } as const

/** Answers what never becomes a request: broken bytes, too many of them, or too few in the time. */
export function answerProtocolErrors(server: Server, responses: Responses, log: Logger): void {
  server.on('clientError', (error: NodeJS.ErrnoException, transport) => {
    const requestId = chooseRequestId()
    const refusal = refusalOf(error)
    log.debug({ requestId, error: error.message, code: error.code }, 'not a request')
    const open = responses.of(transport)
    if (refusal === undefined || !mayAnswer(open)) transport.destroy()
    else refuseSocket(transport, refusal, requestId)
  })
  // A tunnel to somewhere else.
  server.on('connect', (request, transport: Duplex) => {
    transport.on('error', () => transport.destroy())
    const refusal = new HttpRefusal(405, 'This server is no proxy', { allow: 'GET, HEAD, POST' })
    refuseSocket(transport, refusal, chooseRequestId(request.headers['x-request-id']))
  })
  server.on('checkExpectation', (request, response) => {
    const id = chooseRequestId(request.headers['x-request-id'])
    const message = 'Nothing but 100-continue may be expected'
    const headers = { ...SAFE_HEADERS, ...CLOSE, 'x-request-id': id }
    answer(response, 417, errorBody(417, message), headers)
  })
}

/**
 * Bytes in the middle of an answer, or before the answer to an earlier request, would be taken for
 * part of it: only the one whose own body is at fault may hear of it.
 */
function mayAnswer(open: readonly ServerResponse[]): boolean {
  const [only, ...others] = open
  if (only === undefined) return true
  return others.length === 0 && !only.headersSent && !only.req.complete
}

/** @returns undefined where the connection itself broke, and nobody hears an answer. */
function refusalOf({ code = '' }: NodeJS.ErrnoException): HttpRefusal | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpRefusal(431, 'The headers of a request may have 16 kB', CLOSE)
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpRefusal(413, 'The extensions of a chunk are too long', CLOSE)
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpRefusal(408, 'The request did not arrive in time', CLOSE)
    default:
      return code.startsWith('HPE_')
        ? new HttpRefusal(400, 'This is no valid HTTP/1.1 request', CLOSE)
        : undefined
  }
}
