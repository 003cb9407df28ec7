import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SAFE_HEADERS } from './safe-headers.ts'

/** A request that is refused before anything of it is worked on. */
export class HttpRefusal extends Error {
  override name = 'HttpRefusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** Answers with JSON; to HEAD without the body. */
export function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

export function refuse(response: ServerResponse, refusal: HttpRefusal): void {
  answer(response, refusal.status, errorBody(refusal.status, refusal.message), refusal.headers)
}

/** In the form of a GraphQL answer, so that clients need to know only one. */
export function errorBody(status: number, message: string, requestId?: string): object {
  const code = status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'INTERNAL' : 'BAD_USER_INPUT'
  return { errors: [{ message, extensions: { code, ...(requestId && { requestId }) } }] }
}

/** Refuses where there is no response to write to: before a request could be read, or at an upgrade. */
export function refuseSocket(transport: Duplex, refusal: HttpRefusal, requestId: string): void {
  if (!transport.writable) {
    transport.destroy()
    return
  }
  const { status, message } = refusal
  const body = `${JSON.stringify(errorBody(status, message))}\n`
  const headers = {
    ...SAFE_HEADERS,
    ...refusal.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines].join('\r\n')
  transport.end(`${head}\r\n\r\n${body}`, () => transport.destroy())
}
