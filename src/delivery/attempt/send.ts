import { StringDecoder } from 'node:string_decoder'
import { type AnswerReader, createAnswerReader } from './answer-reader.ts'
import { AttemptError, WithdrawnError } from './attempt-error.ts'
import type { ConnectTimings } from './connect.ts'
import type { Connection, Connections, Target } from './connections.ts'

export interface WireRequest {
  target: Target
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
  /** At most 32 KiB of the body, as text; the log gets half of it (`keepBody`) */
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

/**
 * Sends one request and reads its answer. Never follows a redirect, never decompresses.
 *
 * A kept connection may end as we write: its idle time was over, and the request was read by nobody.
 * What shows before an answer begins is then no failure; the request goes once more, over a new one.
 * @param timeoutMs from the request's first byte to the answer's last
 * @param mayBegin asked in the turn of the loop in which the first byte is written
 * @throws WithdrawnError when it may not, and nothing else
 */
export async function send(
  connections: Connections,
  request: WireRequest,
  timeoutMs: number,
  mayBegin: () => boolean,
): Promise<Exchange> {
  const startedMs = performance.now()
  const kept = await connections.takeKept(request.target)
  if (kept !== undefined) {
    const { exchange, stale } = await exchangeOn(connections, kept, request, timeoutMs, mayBegin)
    if (!stale) return { ...exchange, dnsMs: undefined, connectMs: undefined, tlsMs: undefined }
  }
  // Both together take no longer than one may.
  const leftMs = kept === undefined ? timeoutMs : timeoutMs - (performance.now() - startedMs)
  const timings: ConnectTimings = {}
  let opened: Connection
  try {
    opened = await connections.open(request.target, timings)
  } catch (error) {
    return notOpened(error, timings, performance.now() - startedMs)
  }
  const { exchange } = await exchangeOn(connections, opened, request, leftMs, mayBegin)
  return { ...exchange, totalMs: performance.now() - startedMs }
}

function notOpened(error: unknown, timings: ConnectTimings, totalMs: number): Exchange {
  return {
    answer: undefined,
    error:
      error instanceof AttemptError ? error : new AttemptError('connect.failed', String(error)),
    remoteAddress: undefined,
    dnsMs: timings.dnsMs,
    connectMs: timings.connectMs,
    tlsMs: timings.tlsMs,
    firstByteMs: undefined,
    totalMs,
  }
}

interface Tried {
  exchange: Exchange
  /** The connection had ended, or held something else than an answer, before it was used. */
  stale: boolean
}

/** What balancers say on a connection on which no request has come in time (RFC 9110, 15.5.9) */
const REQUEST_TIMEOUT = 408

function exchangeOn(
  connections: Connections,
  connection: Connection,
  request: WireRequest,
  timeoutMs: number,
  mayBegin: () => boolean,
): Promise<Tried> {
  const { socket, timings } = connection
  const startedMs = performance.now()
  const reader = createAnswerReader()
  const reused = connection.uses > 0
  return new Promise((resolve, reject) => {
    let firstByteMs: number | undefined
    let settled = false
    const timer = setTimeout(() => {
      const waitedMs = Math.round(timeoutMs)
      fail(new AttemptError('response.timeout', `No complete answer within ${waitedMs} ms`))
    }, timeoutMs)

    /** What a balancer had said before it read the request; it may be followed by nothing. */
    const isAnswerToNothing = () =>
      reused && reader.head?.statusCode === REQUEST_TIMEOUT && !reader.head.keep

    function settle(error: AttemptError | undefined): void {
      settled = true
      clearTimeout(timer)
      const totalMs = performance.now() - startedMs
      const isUnanswered =
        isAnswerToNothing() ||
        (error !== undefined && error.failure !== 'response.timeout' && !reader.begun)
      resolve({
        stale: reused && isUnanswered && totalMs < timeoutMs / 2,
        exchange: {
          answer: error === undefined ? toAnswer(reader) : undefined,
          error,
          remoteAddress: connection.remoteAddress,
          dnsMs: timings.dnsMs,
          connectMs: timings.connectMs,
          tlsMs: timings.tlsMs,
          firstByteMs,
          totalMs,
        },
      })
    }

    function fail(error: AttemptError): void {
      if (settled) return
      settle(error)
      connection.listener = undefined
      connections.drop(connection)
      if (error.failure === 'response.invalid') connections.distrust(connection.target)
    }

    function withdraw(): void {
      settled = true
      clearTimeout(timer)
      connection.listener = undefined
      connections.drop(connection)
      reject(new WithdrawnError())
    }

    function finish(): void {
      settle(undefined)
      connection.listener = undefined
      const { head, exact } = reader
      // An answer before all of the request was written: the rest of it is still on its way.
      const isWritten = socket.writableLength === 0
      if (head?.keep === true && exact && isWritten) connections.put(connection, head.keepMs)
      else connections.drop(connection)
      if (!exact) connections.distrust(connection.target)
    }

    connection.listener = {
      bytes(chunk) {
        try {
          reader.take(chunk)
        } catch (error) {
          fail(error instanceof AttemptError ? error : invalid(String(error)))
          return
        }
        if (reader.head !== undefined) firstByteMs ??= performance.now() - startedMs
        if (isAnswerToNothing()) fail(closed())
        else if (reader.complete) finish()
      },
      ended(clean) {
        if (settled) return
        if (clean && reader.end()) finish()
        else fail(closed())
      },
    }
    if (connection.gone) fail(closed())
    // Through a proxy something may have come together with the tunnel.
    else if (socket.readableLength > 0) fail(invalid('The receiver speaks before it is asked'))
    else if (!mayBegin()) withdraw()
    else {
      socket.write(toBytes(request))
      socket.resume()
    }
  })
}

function closed(): AttemptError {
  return new AttemptError(
    'response.closed',
    'The connection was closed before the answer was complete',
  )
}

function invalid(message: string): AttemptError {
  return new AttemptError('response.invalid', message)
}

function toBytes({ target, path, headers, body }: WireRequest): Buffer {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${target.authority}\r\nconnection: keep-alive\r\n`
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`
  head += `content-length: ${body.length}\r\n\r\n`
  // All of it in one write, and so in as few packets as can be.
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 'latin1')
  body.copy(bytes, head.length)
  return bytes
}

function toAnswer({ head, kept, bodyBytes, isCut }: AnswerReader): Answer {
  return {
    statusCode: head?.statusCode ?? 0,
    headers: storable(head?.lines ?? ''),
    retryAfter: head?.retryAfter,
    body: kept.length === 0 ? '' : toText(kept),
    truncated: isCut || bodyBytes > MAX_LOGGED_BYTES,
  }
}

function toText(chunks: readonly Buffer[]): string {
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  // A decoder leaves off a character that the cut went through.
  return storable(new StringDecoder('utf8').write(bytes))
}

const MAX_LOGGED_BYTES = 16_384

/** What the log holds of a body. */
export function keepBody(body: string): string {
  if (body.length * 3 <= MAX_LOGGED_BYTES) return body
  const bytes = Buffer.from(body, 'utf8')
  return bytes.length <= MAX_LOGGED_BYTES ? body : toText([bytes.subarray(0, MAX_LOGGED_BYTES)])
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
