import { AttemptError } from './attempt-error.ts'

/** How the end of a body is found (RFC 9112, 6.3). */
type Framing =
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  /** It ends where the connection ends. */
  | { kind: 'close' }

export interface AnswerHead {
  statusCode: number
  /** "name: value" lines, names in lower case */
  lines: string
  retryAfter: string | undefined
  framing: Framing
  /** Whether another request may follow on the connection. */
  keep: boolean
  /** For how long the receiver keeps it, less a margin; undefined when it does not say. */
  keepMs: number | undefined
}

/** RFC 9112, 4: also more than one space, and no reason */
const STATUS_LINE = /^HTTP\/1\.(\d)[ \t]+([1-9]\d\d)(?:[ \t].*)?$/
/** RFC 9110, 5.6.2 */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** The receiver may count from an earlier moment than we do. */
const KEEP_MARGIN_MS = 1_000

interface Fields {
  lines: string
  contentLength: string[]
  transferEncoding: string[]
  connection: string[]
  keepAlive: string | undefined
  retryAfter: string | undefined
  /** As RFC 9112 has it written; otherwise it is understood, and the connection not used again. */
  strict: boolean
}

/** @throws AttemptError response.invalid */
export function parseStatusLine(line: string): { minor: number; statusCode: number } {
  const match = STATUS_LINE.exec(line.replace(/\r$/, ''))
  if (match === null) throw new AttemptError('response.invalid', 'The answer is not HTTP/1.1')
  return { minor: Number(match[1]), statusCode: Number(match[2]) }
}

/**
 * Reads the head of an answer: tolerant where its meaning is beyond doubt, and then without a second
 * exchange on the connection; refusing where two readers could see two different ends of the body.
 * @param text status line and fields, up to and including the empty line
 * @throws AttemptError response.invalid
 */
export function parseHead(text: string): AnswerHead {
  const rows = text.split('\n')
  const { minor, statusCode } = parseStatusLine(rows[0] ?? '')
  const fields = parseFields(rows)
  const framing = frame(statusCode, fields)
  const options = new Set(fields.connection.flatMap(toTokens))
  const isPersistent = minor >= 1 || options.has('keep-alive')
  const isAmbiguous =
    fields.transferEncoding.length > 0 && (minor === 0 || fields.contentLength.length > 0)
  return {
    statusCode,
    lines: fields.lines,
    retryAfter: fields.retryAfter,
    framing,
    keep:
      fields.strict &&
      framing.kind !== 'close' &&
      isPersistent &&
      !isAmbiguous &&
      !options.has('close'),
    keepMs: toKeepMs(fields.keepAlive),
  }
}

function parseFields(rows: readonly string[]): Fields {
  const fields: Fields = {
    lines: '',
    contentLength: [],
    transferEncoding: [],
    connection: [],
    keepAlive: undefined,
    retryAfter: undefined,
    strict: rows[0]?.endsWith('\r') ?? false,
  }
  let name = ''
  let value = ''
  for (let at = 1; at < rows.length; at++) {
    let row = rows[at] ?? ''
    // The last line feed has nothing behind it.
    if (at < rows.length - 1 && !row.endsWith('\r')) fields.strict = false
    if (row.endsWith('\r')) row = row.slice(0, -1)
    if (row.includes('\r') || row.includes('\0')) {
      // RFC 9110, 5.5
      row = row.replaceAll(/[\r\0]/g, ' ')
      fields.strict = false
    }
    if (row.startsWith(' ') || row.startsWith('\t')) {
      // RFC 9112, 5.2: a line that goes on, and 2.2 when there is none to go on.
      if (name !== '') value = `${value} ${trimmed(row)}`
      fields.strict = false
      continue
    }
    if (name !== '') addField(fields, name, trimmed(value))
    name = ''
    if (row === '') continue
    const colon = row.indexOf(':')
    const written = row.slice(0, Math.max(0, colon))
    name = trimmed(written)
    if (name !== written) fields.strict = false
    if (!TOKEN.test(name)) {
      throw new AttemptError('response.invalid', 'The answer has a line that is no header')
    }
    value = trimmed(row.slice(colon + 1))
  }
  return fields
}

function addField(fields: Fields, written: string, value: string): void {
  const name = written.toLowerCase()
  fields.lines += `${name}: ${value}\n`
  if (name === 'content-length') fields.contentLength.push(value)
  else if (name === 'transfer-encoding') fields.transferEncoding.push(value)
  else if (name === 'connection') fields.connection.push(value)
  else if (name === 'keep-alive') fields.keepAlive ??= value
  else if (name === 'retry-after') fields.retryAfter ??= value
}

function frame(statusCode: number, fields: Fields): Framing {
  if (statusCode < 200 || statusCode === 204 || statusCode === 304) {
    return { kind: 'length', bytes: 0 }
  }
  const codings = fields.transferEncoding.flatMap(toTokens)
  if (codings.length > 0) {
    const chunkedAt = codings.indexOf('chunked')
    if (chunkedAt >= 0 && chunkedAt < codings.length - 1) {
      throw new AttemptError('response.invalid', 'The answer is chunked and then coded again')
    }
    return chunkedAt < 0 ? { kind: 'close' } : { kind: 'chunked' }
  }
  if (fields.contentLength.length === 0) return { kind: 'close' }
  const lengths = new Set(fields.contentLength.flatMap((value) => value.split(',').map(trimmed)))
  const [length = ''] = lengths
  if (lengths.size !== 1 || !/^\d+$/.test(length)) {
    throw new AttemptError('response.invalid', 'The answer has no single Content-Length')
  }
  return { kind: 'length', bytes: Number(length) }
}

function toTokens(value: string): string[] {
  return value
    .split(',')
    .map((each) => trimmed(each).toLowerCase())
    .filter((each) => each !== '')
}

function toKeepMs(keepAlive: string | undefined): number | undefined {
  const seconds = /(?:^|[,;\s])timeout\s*=\s*"?(\d+)/i.exec(keepAlive ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000 - KEEP_MARGIN_MS
}

/** Without spaces and tabs at its ends: OWS, which is not all that String.trim takes. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
