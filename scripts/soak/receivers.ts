import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a receiver treats what it gets. */
export type Mood = 'well' | 'slow' | 'failing' | 'hanging' | 'resetting' | 'babbling' | 'dripping'
export const BAD_MOODS: readonly Mood[] = [
  'slow',
  'failing',
  'hanging',
  'resetting',
  'babbling',
  'dripping',
]

/** What one receiver has seen of its endpoint's sequence. */
interface Seen {
  /** Position in the sequence → the event and a hash of its bytes. */
  events: Map<number, { id: string; hash: string }>
  sequenceOf: Map<string, number>
  /** Positions that were answered well. */
  accepted: Set<number>
  requests: number
  /** Requests for one of these: what a crash or a lost connection cost. */
  repeatsAfterSuccess: number
  outOfOrder: number
  repeatsWithOtherId: number
}

export interface SoakReceiver {
  url: string
  mood: Mood
  seen: Seen
}

const SLOW_MS = 1_500

/**
 * Receivers on one port, told apart by their path. Every request that is read is entered in the
 * books, whatever the answer to it is.
 */
export async function startReceivers(
  orderings: readonly ('ENDPOINT' | 'OBJECT' | 'NONE')[],
): Promise<{ receivers: SoakReceiver[] } & AsyncDisposable> {
  const receivers: SoakReceiver[] = []
  /** By receiver and subject (or all of the endpoint): the highest position first seen. */
  const highest = new Map<string, number>()

  function enter(nth: number, request: IncomingMessage, body: Buffer): void {
    const seen = receivers[nth]?.seen
    if (seen === undefined) return
    const id = String(request.headers['webhook-id'])
    const sequence = Number(request.headers['webhook-sequence'])
    const hash = createHash('sha256').update(body).digest('base64').slice(0, 16)
    seen.requests++
    if (seen.accepted.has(sequence)) seen.repeatsAfterSuccess++
    const known = seen.events.get(sequence)
    const isSame = known === undefined || (known.id === id && known.hash === hash)
    if (!isSame || (seen.sequenceOf.get(id) ?? sequence) !== sequence) seen.repeatsWithOtherId++
    if (known !== undefined) return
    seen.events.set(sequence, { id, hash })
    seen.sequenceOf.set(id, sequence)
    const ordering = orderings[nth]
    if (ordering === 'NONE') return
    const subject = /"object":\{"id":"([^"]+)"/.exec(body.toString('latin1'))?.[1] ?? ''
    const line = ordering === 'ENDPOINT' ? `${nth}` : `${nth} ${subject}`
    if (sequence < (highest.get(line) ?? 0)) seen.outOfOrder++
    else highest.set(line, sequence)
  }

  const server = createServer((request, response) => {
    const nth = Number(request.url?.slice(1))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      enter(nth, request, Buffer.concat(chunks))
      const receiver = receivers[nth]
      const mood = receiver?.mood ?? 'well'
      response.on('finish', () => {
        if (mood !== 'well' && mood !== 'slow') return
        receiver?.seen.accepted.add(Number(request.headers['webhook-sequence']))
      })
      answer(mood, response)
    })
  })
  server.keepAliveTimeout = 3_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const nth of orderings.keys()) {
    receivers.push({
      url: `http://127.0.0.1:${port}/${nth}`,
      mood: 'well',
      seen: {
        events: new Map(),
        sequenceOf: new Map(),
        accepted: new Set(),
        requests: 0,
        repeatsAfterSuccess: 0,
        outOfOrder: 0,
        repeatsWithOtherId: 0,
      },
    })
  }
  return {
    receivers,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(mood: Mood, response: ServerResponse): void {
  switch (mood) {
    case 'well':
      response.writeHead(200).end()
      return
    case 'slow':
      setTimeout(() => response.writeHead(200).end(), SLOW_MS)
      return
    case 'failing':
      response.writeHead(Math.random() < 0.5 ? 500 : 429, { 'retry-after': '1' }).end('no')
      return
    case 'hanging':
      return
    case 'resetting':
      response.socket?.resetAndDestroy()
      return
    case 'babbling':
      response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')
      return
    case 'dripping': {
      response.writeHead(200, { 'content-length': '1000' })
      const timer = setInterval(() => response.write('x'), 500)
      response.on('close', () => clearInterval(timer))
    }
  }
}
