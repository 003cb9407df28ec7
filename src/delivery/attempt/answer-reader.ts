import { type AnswerHead, parseHead, parseStatusLine } from './answer-head.ts'
import { AttemptError } from './attempt-error.ts'

/** Reads one answer from the bytes of a socket, as they come. */
export interface AnswerReader {
  /** @throws AttemptError response.invalid: what comes is no answer, or one without bounds */
  take(bytes: Buffer): void
  /** The receiver has ended the connection; says whether that completes the answer. */
  end(): boolean
  /** The first bytes were those of an answer. */
  readonly begun: boolean
  /** Of the real answer, once all of its head is here */
  readonly head: AnswerHead | undefined
  readonly complete: boolean
  /** Nothing came behind the answer, and nothing of it was left unread. */
  readonly exact: boolean
  /** The first 32 KiB of the body */
  readonly kept: readonly Buffer[]
  /** Bytes of the body that were read */
  readonly bodyBytes: number
  /** The rest of it was not. */
  readonly isCut: boolean
}

/** Status lines and headers, of interim answers and trailers too */
const MAX_HEAD_BYTES = 32_768
/** Interim answers (1xx) before the real one; whoever sends more will not come to an end. */
const MAX_INTERIM = 10
/** Of the body; whoever sends more has answered, and is hung up on. */
const MAX_BODY_BYTES = 65_536
/** Twice what is logged: a secret across its end is known by its whole. */
const MAX_KEPT_BYTES = 32_768
/** Size and extensions of one chunk */
const MAX_CHUNK_LINE_BYTES = 1_024
/** What chunks cost beside their data: eleven thousand of one byte each. Then it is too long. */
const MAX_CHUNKING_BYTES = 65_536

const LF = 0x0a
const CR = 0x0d
const CHUNK_SIZE = /^([0-9a-f]+)[ \t]*(?:;[^\r]*)?\r$/i

type State =
  | 'head'
  | 'untilLength'
  | 'untilClose'
  | 'chunkSize'
  | 'chunkData'
  | 'chunkEnd'
  | 'trailers'
  | 'complete'

/**
 * A reader of HTTP/1.1 answers whose memory is bounded whatever comes: what it holds back is part of
 * a head or of a line, and every part has its limit in bytes of the socket.
 */
export function createAnswerReader(): AnswerReader {
  let state: State = 'head'
  let head: AnswerHead | undefined
  let begun = false
  let exact = true
  let isCut = false
  /** The beginning of a head or of a line whose end has not come */
  let pending: Buffer | undefined
  let headBytes = 0
  let chunkingBytes = 0
  let interim = 0
  /** Of the body or of the chunk, still to come */
  let leftBytes = 0
  let bodyBytes = 0
  let keptBytes = 0
  const kept: Buffer[] = []

  /** Held back and new bytes together, and where the new ones begin. */
  function join(bytes: Buffer, at: number): { joined: Buffer; heldBytes: number } {
    const fresh = at === 0 ? bytes : bytes.subarray(at)
    if (pending === undefined) return { joined: fresh, heldBytes: 0 }
    const heldBytes = pending.length
    return { joined: Buffer.concat([pending, fresh]), heldBytes }
  }

  function readHead(bytes: Buffer, at: number): number {
    let start = at
    if (pending === undefined) {
      while (bytes[start] === CR || bytes[start] === LF) start++
      headBytes += start - at
      if (headBytes > MAX_HEAD_BYTES) throw tooLong('head')
      if (start === bytes.length) return start
    }
    const { joined, heldBytes } = join(bytes, start)
    if (heldBytes < 'HTTP/'.length && !isBeginning(joined)) {
      throw new AttemptError('response.invalid', 'The answer is not HTTP/1.1')
    }
    begun = true
    const end = endOfHead(joined, Math.max(0, heldBytes - 2))
    if (headBytes + (end ?? joined.length) > MAX_HEAD_BYTES) throw tooLong('head')
    if (end === undefined) {
      const lineEnd = joined.indexOf(LF)
      if (lineEnd >= heldBytes) parseStatusLine(joined.toString('latin1', 0, lineEnd))
      pending = joined
      return bytes.length
    }
    pending = undefined
    headBytes += end
    takeHead(parseHead(joined.toString('utf8', 0, end)))
    return start + end - heldBytes
  }

  function takeHead(found: AnswerHead): void {
    if (found.statusCode === 101) {
      throw new AttemptError('response.invalid', 'The answer changes the protocol unasked')
    }
    if (found.statusCode < 200) {
      if (++interim <= MAX_INTERIM) return
      throw new AttemptError('response.invalid', `More than ${MAX_INTERIM} interim answers`)
    }
    head = found
    const { framing } = found
    if (framing.kind === 'close') state = 'untilClose'
    else if (framing.kind === 'chunked') state = 'chunkSize'
    else {
      leftBytes = framing.bytes
      state = leftBytes === 0 ? 'complete' : 'untilLength'
    }
  }

  /** Takes at most `leftBytes` of the body, and ends the answer when it is too long. */
  function readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + leftBytes)
    leftBytes -= end - at
    bodyBytes += end - at
    if (keptBytes < MAX_KEPT_BYTES) {
      const part = bytes.subarray(at, Math.min(end, at + MAX_KEPT_BYTES - keptBytes))
      keptBytes += part.length
      kept.push(part)
    }
    if (bodyBytes > MAX_BODY_BYTES) cut()
    else if (leftBytes === 0) state = state === 'chunkData' ? 'chunkEnd' : 'complete'
    return end
  }

  /** What follows is not read. */
  function cut(): void {
    state = 'complete'
    isCut = true
    exact = false
  }

  /** The line up to its line feed, or undefined while that has not come. */
  function readLine(
    bytes: Buffer,
    at: number,
    maxBytes: number,
    what: string,
  ): { line: string | undefined; next: number } {
    const { joined, heldBytes } = join(bytes, at)
    const end = joined.indexOf(LF, heldBytes)
    if ((end < 0 ? joined.length : end) > maxBytes) throw tooLong(what)
    pending = end < 0 ? joined : undefined
    if (end < 0) return { line: undefined, next: bytes.length }
    return { line: joined.toString('latin1', 0, end), next: at + end + 1 - heldBytes }
  }

  function readChunkSize(bytes: Buffer, at: number): number {
    const { line, next } = readLine(bytes, at, MAX_CHUNK_LINE_BYTES, 'chunk size')
    chunkingBytes += next - at
    if (line === undefined) return next
    const size = Number.parseInt(CHUNK_SIZE.exec(line)?.[1] ?? 'none', 16)
    if (!Number.isSafeInteger(size)) {
      throw new AttemptError('response.invalid', 'The answer has a chunk without a size')
    }
    leftBytes = size
    if (chunkingBytes > MAX_CHUNKING_BYTES) cut()
    else state = size === 0 ? 'trailers' : 'chunkData'
    return next
  }

  function readChunkEnd(bytes: Buffer, at: number): number {
    const { line, next } = readLine(bytes, at, 1, 'chunk')
    chunkingBytes += next - at
    if (line === undefined) return next
    if (line !== '\r') {
      throw new AttemptError('response.invalid', 'The answer has a chunk longer than its size')
    }
    state = 'chunkSize'
    return next
  }

  function readTrailers(bytes: Buffer, at: number): number {
    const { line, next } = readLine(bytes, at, MAX_HEAD_BYTES - headBytes, 'trailer section')
    if (line === undefined) return next
    headBytes += line.length + 1
    if (line === '\r' || line === '') state = 'complete'
    return next
  }

  const steps: Record<Exclude<State, 'complete'>, (bytes: Buffer, at: number) => number> = {
    head: readHead,
    untilLength: readBody,
    untilClose(bytes, at) {
      leftBytes = Number.POSITIVE_INFINITY
      return readBody(bytes, at)
    },
    chunkSize: readChunkSize,
    chunkData: readBody,
    chunkEnd: readChunkEnd,
    trailers: readTrailers,
  }

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (state === 'complete') {
          exact = false
          return
        }
        at = steps[state](bytes, at)
      }
    },
    end() {
      if (state === 'untilClose') state = 'complete'
      return state === 'complete'
    },
    get begun() {
      return begun
    },
    get head() {
      return head
    },
    get complete() {
      return state === 'complete'
    },
    get exact() {
      return exact
    },
    kept,
    get bodyBytes() {
      return bodyBytes
    },
    get isCut() {
      return isCut
    },
  }
}

function isBeginning(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, Math.min(bytes.length, 'HTTP/'.length))
  return 'HTTP/'.startsWith(begin)
}

/** Behind the empty line that ends a head; lines may end without CR (RFC 9112, 2.2). */
function endOfHead(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return undefined
}

function tooLong(what: string): AttemptError {
  return new AttemptError('response.invalid', `The ${what} of the answer is too long`)
}
