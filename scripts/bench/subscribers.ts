import { openLightSocket, type LightSocket } from './light-socket.ts'

export const SUBSCRIPTION =
  'subscription { events { __typename ... on EventEnvelope { id type position cursor created data } ... on StreamCheckpoint { cursor } } }'

export interface Subscribers extends Disposable {
  /** Messages since the last `reset`. */
  readonly received: number
  /** performance.now() at the last of them. */
  readonly lastAt: number
  reset(): void
  /** Calls back with the text of each message from now on; undefined = only count again. */
  read(onText: ((text: string) => void) | undefined): void
  waitForCount(count: number): Promise<void>
}

/** Sockets that connect at once: a listen queue is not endless. */
const AT_ONCE = 100

/** Opens sockets with one subscription each and waits until each is live. */
export async function openSubscribers(
  url: string,
  count: number,
  /** Credentials of the nth socket. */
  credentialsOf: (n: number) => object,
  /** Whether the server says so when a subscription is live. */
  announcesItself: boolean,
): Promise<Subscribers> {
  const { port, pathname } = new URL(url)
  let received = 0
  let lastAt = 0
  let onText: ((text: string) => void) | undefined
  let ended: string | undefined
  const sockets: LightSocket[] = []

  async function openOne(n: number): Promise<void> {
    const acknowledged = Promise.withResolvers<void>()
    const live = Promise.withResolvers<void>()
    let seen = 0
    const socket = await openLightSocket(
      { port: Number(port), path: pathname },
      (text) => {
        seen++
        if (seen === 1) return acknowledged.resolve()
        if (seen === 2 && announcesItself) return live.resolve()
        received++
        lastAt = performance.now()
        onText?.(text)
      },
      () => onText !== undefined,
      (reason) => {
        ended ??= reason
      },
    )
    sockets.push(socket)
    socket.send({ type: 'connection_init', payload: credentialsOf(n) })
    await acknowledged.promise
    socket.send({ type: 'subscribe', id: String(n), payload: { query: SUBSCRIPTION } })
    if (announcesItself) await live.promise
  }

  for (let n = 0; n < count; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, index) => n + index)
    await Promise.all(some.map(openOne))
  }
  return {
    get received() {
      return received
    },
    get lastAt() {
      return lastAt
    },
    reset() {
      received = 0
    },
    read(callback) {
      onText = callback
    },
    async waitForCount(wanted) {
      while (received < wanted) {
        if (ended !== undefined) throw new Error(`a socket was ended: ${ended}`)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.close()
    },
  }
}
