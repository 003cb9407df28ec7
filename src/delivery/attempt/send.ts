import { StringDecoder } from 'node:string_decoder'
import type { Dispatcher } from 'undici'
import { AttemptError } from './attempt-error.ts'
import type { Connections, Origin } from './connections.ts'

export interface WireRequest {
  origin: Origin
  /** Path with query */
  path: string
  /** Name, value, name, value, … */
  headers: string[]
  body: Buffer
}

interface Answer {
  statusCode: number
  /** "name: value" lines */
  headers: string
  retryAfter: string | undefined
  /** At most 16 KiB of the body, as text */
  body: string
  truncated: boolean
}

/** One HTTP exchange: an answer, or the error that kept it from coming. */
export interface Exchange {
  answer: Answer | undefined
  error: AttemptError | undefined
  remoteAddress: string | undefined
  /** Of the connection's opening; absent on a kept one */
  dnsMs: number | undefined
  connectMs: number | undefined
  tlsMs: number | undefined
  /** From the request's first byte to the answer's */
  firstByteMs: number | undefined
  totalMs: number
}

/** Read before the connection is closed on a receiver that answers with more. */
const MAX_READ_BYTES = 65_536
const MAX_KEPT_BYTES = 16_384
/** Interim answers (1xx) before the real one; whoever sends more will not come to an end. */
const MAX_INTERIM = 10
/** Within this time a kept connection may die without blame: its idle time ended as we wrote. */
const STALE_MS = 1_000

/**
 * Sends one request and reads its answer. Never rejects; never follows a redirect, never
 * decompresses.
 * @param timeoutMs from the request's first byte to the answer's last
 */
export async function send(
  connections: Connections,
  request: WireRequest,
  timeoutMs: number,
): Promise<Exchange> {
  const first = await exchange(connections, request, timeoutMs, false)
  if (!first.stale) return first.exchange
  return (await exchange(connections, request, timeoutMs, true)).exchange
}

interface Tried {
  exchange: Exchange
  /** The connection had been closed by the other side before it could read the request. */
  stale: boolean
}

function exchange(
  connections: Connections,
  request: WireRequest,
  timeoutMs: number,
  fresh: boolean,
): Promise<Tried> {
  const startedMs = performance.now()
  const connection = connections.take(request.origin, { fresh })
  const reused = connection.uses > 0
  return new Promise((resolve) => {
    let sentMs: number | undefined
    let firstByteMs: number | undefined
    let timer: NodeJS.Timeout | undefined
    let settled = false
    let interim = 0
    let statusCode = 0
    let headers: Headers | undefined
    let chunks: Buffer[] | undefined
    let keptBytes = 0
    let readBytes = 0

    function settle(answer: Answer | undefined, error: AttemptError | undefined): void {
      settled = true
      clearTimeout(timer)
      const nowMs = performance.now()
      resolve({
        stale:
          reused &&
          answer === undefined &&
          firstByteMs === undefined &&
          error?.failure === 'response.closed' &&
          nowMs - startedMs < STALE_MS,
        exchange: {
          answer,
          error,
          remoteAddress: connection.remoteAddress,
          dnsMs: reused ? undefined : connection.timings.dnsMs,
          connectMs: reused ? undefined : connection.timings.connectMs,
          tlsMs: reused ? undefined : connection.timings.tlsMs,
          firstByteMs,
          totalMs: nowMs - startedMs,
        },
      })
    }

    const answered = (truncated: boolean): Answer => ({
      statusCode,
      headers: toLines(headers ?? {}),
      retryAfter: firstOf(headers?.['retry-after']),
      body: chunks === undefined ? '' : toText(chunks),
      truncated,
    })

    connection.client.dispatch(
      { method: 'POST', path: request.path, headers: request.headers, body: request.body },
      {
        onRequestStart(controller) {
          sentMs = performance.now()
          timer = setTimeout(() => {
            controller.abort(
              new AttemptError('response.timeout', `No complete answer within ${timeoutMs} ms`),
            )
          }, timeoutMs)
        },
        onResponseStart(controller, status, received) {
          if (status < 200) {
            if (++interim <= MAX_INTERIM) return
            controller.abort(
              new AttemptError('response.invalid', `More than ${MAX_INTERIM} interim answers`),
            )
            return
          }
          firstByteMs = performance.now() - (sentMs ?? startedMs)
          statusCode = status
          headers = received
        },
        onResponseData(controller, chunk) {
          readBytes += chunk.length
          if (keptBytes < MAX_KEPT_BYTES) {
            // The parser reuses its memory: what is kept must be copied.
            const part = Buffer.from(chunk.subarray(0, MAX_KEPT_BYTES - keptBytes))
            keptBytes += part.length
            if (chunks === undefined) chunks = [part]
            else chunks.push(part)
          }
          if (readBytes <= MAX_READ_BYTES || settled) return
          settle(answered(true), undefined)
          connections.drop(connection)
          controller.abort(new AttemptError('response.invalid', 'The answer is too long'))
        },
        onResponseEnd() {
          if (settled) return
          settle(answered(readBytes > keptBytes), undefined)
          connections.put(connection)
        },
        onResponseError(_controller, error) {
          connections.drop(connection)
          if (!settled) settle(undefined, toAttemptError(error))
        },
      },
    )
  })
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_INFO', 'ECONNABORTED'])

function toAttemptError(error: Error): AttemptError {
  if (error instanceof AttemptError) return error
  const code = 'code' in error ? String(error.code) : error.name
  // The socket was closed by our side: "bad response", "bad upgrade".
  const isOurs = error.message.startsWith('bad ')
  return CLOSED.has(code) && !isOurs
    ? new AttemptError(
        'response.closed',
        'The connection was closed before the answer was complete',
      )
    : new AttemptError('response.invalid', `The answer cannot be read: ${error.message}`)
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function toLines(headers: Headers): string {
  let lines = ''
  for (const name in headers) {
    const value = headers[name]
    if (Array.isArray(value)) for (const each of value) lines += `${name}: ${each}\n`
    else if (value !== undefined) lines += `${name}: ${value}\n`
  }
  return storable(lines)
}

function toText(chunks: Buffer[]): string {
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  // A decoder leaves off a character that the cut went through.
  return storable(new StringDecoder('utf8').write(bytes))
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
