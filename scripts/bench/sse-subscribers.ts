import { connect, type Socket } from 'node:net'
import { SUBSCRIPTION, type Subscribers } from './subscribers.ts'

const MARK = Buffer.from('event: next')
const BODY = JSON.stringify({ query: SUBSCRIPTION })

/** Opens server-sent streams and waits until each has had its first checkpoint; only counts. */
export async function openSseSubscribers(
  url: string,
  count: number,
  /** Value of X-Api-Key for the nth stream. */
  keyOf: (n: number) => string,
): Promise<Pick<Subscribers, 'reset' | 'waitForCount' | 'lastAt'> & Disposable> {
  const { port, pathname } = new URL(url)
  const sockets: Socket[] = []
  let received = 0
  let lastAt = 0

  const openOne = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1')
      sockets.push(socket)
      socket.on('error', reject)
      socket.write(
        [
          `POST ${pathname} HTTP/1.1`,
          'Host: 127.0.0.1',
          'Content-Type: application/json',
          'Accept: text/event-stream',
          `X-Api-Key: ${keyOf(n)}`,
          `Content-Length: ${BODY.length}`,
          '',
          BODY,
        ].join('\r\n'),
      )
      let tail: Buffer = Buffer.alloc(0)
      let live = false
      socket.on('data', (chunk: Buffer) => {
        const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
        let end = 0
        for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, end)) {
          end = at + MARK.length
          if (live) {
            received++
            lastAt = performance.now()
          }
          live = true
          resolve()
        }
        tail = Buffer.from(bytes.subarray(Math.max(end, bytes.length - MARK.length + 1)))
      })
    })

  for (let n = 0; n < count; n += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - n) }, (_, k) => openOne(n + k)))
  }
  return {
    get lastAt() {
      return lastAt
    },
    reset() {
      received = 0
    },
    async waitForCount(wanted) {
      while (received < wanted) await new Promise((resolve) => setTimeout(resolve, 2))
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
