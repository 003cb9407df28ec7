import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Logger } from '../log.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

export interface ListenOptions {
  url: string
  /** Name of the connection in `pg_stat_activity` */
  applicationName: string
  log: Logger
  /** For the log: what is amiss until the connection is back. */
  whenLost: string
  onMessage: (payload: string | undefined) => void
  /**
   * Called each time that the channel is listened on anew: what was said before was not heard.
   * @param giveUp takes the connection for broken
   * @returns called when the connection has ended
   */
  onConnected?: (client: Client, giveUp: () => void) => () => void
}

/** Hears what is notified on a channel until it is disposed of. */
export interface ChannelListener extends AsyncDisposable {
  /** Whether notifications can come now. */
  readonly connected: boolean
}

/**
 * Listens over a connection of its own (LISTEN does not survive going back to a pool), and connects
 * again by itself, after 0.1 s and then ever longer up to 5 s.
 */
export function listenOn(channel: string, options: ListenOptions): ChannelListener {
  const stopping = new AbortController()
  let connected = false

  async function listenOnce(): Promise<void> {
    const client = new Client({
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    })
    const ended = Promise.withResolvers<void>()
    client.once('end', ended.resolve)
    // A connection that breaks says 'error' first; without a listener it would end the process.
    client.on('error', () => ended.resolve())
    client.on('notification', ({ payload }) => options.onMessage(payload))
    let onEnded: (() => void) | undefined
    const stop = () => {
      client.end().catch(() => undefined)
    }
    try {
      // Ending a client that is still connecting would leave both promises open.
      await client.connect()
      if (stopping.signal.aborted) return
      stopping.signal.addEventListener('abort', stop)
      await client.query(`LISTEN ${channel}`)
      connected = true
      onEnded = options.onConnected?.(client, ended.resolve)
      await ended.promise
    } finally {
      connected = false
      onEnded?.()
      stopping.signal.removeEventListener('abort', stop)
      await client.end().catch(() => undefined)
    }
  }

  async function keepListening(): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    while (!stopping.signal.aborted) {
      const since = Date.now()
      const reason = await listenOnce().then(
        () => 'connection closed',
        (error: unknown) => String(error),
      )
      if (stopping.signal.aborted) return
      if (Date.now() - since > LAST_RETRY_MS) retryMs = FIRST_RETRY_MS
      options.log.warn({ reason, retryMs }, options.whenLost)
      await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }

  const running = keepListening()
  return {
    get connected() {
      return connected
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}
