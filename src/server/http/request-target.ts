import type { IncomingMessage } from 'node:http'
import { HttpRefusal } from './answers.ts'

/** Header lines of one request; node reads at most 16 kB of them. */
const MAX_HEADER_LINES = 200
/** What a name or address with or without a port consists of; whether it is one, URL knows. */
const HOST = /^[\w.~%!$&'()*+,;=:[\]-]+$/

/**
 * The path that a request is for, whatever form its target has (RFC 9112, 3.2).
 * @returns `*` for the server as a whole
 * @throws HttpRefusal for a target or a Host that cannot be what the client meant
 */
export function pathOf(request: IncomingMessage): string {
  demandHeaders(request)
  const target = request.url ?? ''
  if (target.startsWith('/')) return target.replace(/[?#].*$/s, '')
  if (target === '*' && request.method === 'OPTIONS') return target
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null
  if (url === null) throw new HttpRefusal(400, 'The address of the request is malformed')
  return url.pathname
}

/** @throws HttpRefusal */
function demandHeaders({ rawHeaders, httpVersion }: IncomingMessage): void {
  if (rawHeaders.length / 2 > MAX_HEADER_LINES) {
    throw new HttpRefusal(431, `A request may have at most ${MAX_HEADER_LINES} headers`)
  }
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  )
  if (hosts.length === 0 && httpVersion === '1.0') return
  const [host = ''] = hosts
  if (hosts.length !== 1 || !HOST.test(host) || !URL.canParse(`http://${host}`)) {
    throw new HttpRefusal(400, 'The header Host must be there once, and name a host')
  }
}
