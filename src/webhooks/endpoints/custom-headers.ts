import type { CustomHeader } from './secrets.ts'

const MAX_HEADERS = 20
const MAX_NAME_LENGTH = 100
const MAX_VALUE_LENGTH = 2_000

/** RFC 9110, "token" */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Visible ASCII with spaces or tabs between: no line break can smuggle in another header. */
const VALUE = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/

/** Headers that describe the connection or the message, or that receivers take as proof of us. */
const RESERVED = new Set([
  'host',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'user-agent',
])
const RESERVED_PREFIXES = ['content-', 'proxy-', 'webhook-', 'x-infodeck-']

export interface HeaderFault {
  /** Place in the list; undefined when the list as a whole is at fault. */
  index: number | undefined
  field: 'name' | 'value' | undefined
  message: string
}

/** What is wrong with custom headers, in the order of the list; empty when they may be sent. */
export function findHeaderFaults(headers: readonly CustomHeader[]): HeaderFault[] {
  const faults: HeaderFault[] = []
  if (headers.length > MAX_HEADERS) {
    faults.push({
      index: undefined,
      field: undefined,
      message: `at most ${MAX_HEADERS} headers are allowed`,
    })
  }
  const seen = new Set<string>()
  for (const [index, { name, value }] of headers.entries()) {
    const message = faultOfName(name, seen)
    if (message !== undefined) faults.push({ index, field: 'name', message })
    if (value.length > MAX_VALUE_LENGTH || !VALUE.test(value)) {
      faults.push({
        index,
        field: 'value',
        message: `must be 1–${MAX_VALUE_LENGTH} visible ASCII characters without a space at either end`,
      })
    }
    seen.add(name.toLowerCase())
  }
  return faults
}

function faultOfName(name: string, seen: ReadonlySet<string>): string | undefined {
  const lower = name.toLowerCase()
  if (name.length > MAX_NAME_LENGTH || !TOKEN.test(name)) {
    return `must be a header name of 1–${MAX_NAME_LENGTH} characters`
  }
  if (RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return `"${name}" is reserved`
  }
  return seen.has(lower) ? `"${name}" is given twice` : undefined
}
