import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  event: { id: string; type: string; data: { object: Record<string, unknown> } }
  /** performance.now() at the end of the body. */
  at: number
}

export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** Answers instead of 200, until set back to undefined. */
  answer: ((request: Received) => Answer | Promise<Answer>) | undefined
  /** Resolves when this many requests have come in all. */
  waitFor(count: number, timeoutMs?: number): Promise<Received[]>
  waitUntil(condition: (received: Received[]) => boolean, timeoutMs?: number): Promise<Received[]>
}

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/** A webhook receiver on loopback, written against the documents, sharing nothing with the sender. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const item: Received = {
        headers: request.headers,
        body,
        event: JSON.parse(body),
        at: performance.now(),
      }
      received.push(item)
      for (const check of waiting) check()
      void Promise.resolve(receiver.answer?.(item) ?? { status: 200 }).then((answer: Answer) => {
        response.writeHead(answer.status, answer.headers)
        response.end(answer.body ?? '')
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/hooks`,
    received,
    answer: undefined,
    waitFor: (count, timeoutMs) => receiver.waitUntil((all) => all.length >= count, timeoutMs),
    waitUntil: (condition, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!condition(received)) return
          waiting.delete(check)
          clearTimeout(timer)
          resolve(received)
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          const types = received.map((item) => item.event.type).slice(-20)
          reject(new Error(`waited in vain; ${received.length} received, last: ${types.join(' ')}`))
        }, timeoutMs)
        waiting.add(check)
        check()
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}

/** Integration guide, "Step 5", written out: throws unless the signature is right and fresh. */
export function verifyInfodeck(request: Received, secret: string): void {
  const header = String(request.headers['x-infodeck-signature'])
  const match = /^t=(\d+)((?:,v1=[0-9a-f]{64})+)$/.exec(header)
  if (match === null) throw new Error(`malformed x-infodeck-signature: ${header}`)
  const timestamp = Number(match[1])
  if (Math.abs(Date.now() / 1_000 - timestamp) > 300) throw new Error('signature is too old')
  const expected = createHmac('sha256', secret).update(`${timestamp}.${request.body}`).digest()
  const given = (match[2] ?? '').split(',v1=').slice(1)
  if (!given.some((hex) => timingSafeEqual(Buffer.from(hex, 'hex'), expected))) {
    throw new Error('x-infodeck-signature does not verify')
  }
}

/** Standard Webhooks, written out. */
export function verifyStandardWebhooks(request: Received, secret: string): void {
  const id = String(request.headers['webhook-id'])
  const timestamp = String(request.headers['webhook-timestamp'])
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${request.body}`).digest()
  const given = String(request.headers['webhook-signature']).split(' ')
  const fits = given.some((part) => {
    const [version, text = ''] = part.split(',')
    const bytes = Buffer.from(text, 'base64')
    return version === 'v1' && bytes.length === 32 && timingSafeEqual(bytes, expected)
  })
  if (!fits) throw new Error('webhook-signature does not verify')
}
