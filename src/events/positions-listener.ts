import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Logger } from '../log.ts'
import { POSITIONS_CHANNEL } from './dispatch.ts'
import {
  type OnAdvance,
  type PositionListener,
  type PositionTransport,
  readAdvances,
} from './position-transport.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * Hears of advances by LISTEN, over a connection of its own: LISTEN does not survive going back to a
 * pool. The dispatcher tells of them in its own transaction.
 */
export function postgresTransport(url: string, log: Logger): PositionTransport {
  return { listen: (onAdvance) => listenOnPostgres(url, log, onAdvance) }
}

function listenOnPostgres(url: string, log: Logger, onAdvance: OnAdvance): PositionListener {
  const stopping = new AbortController()
  let connected = false

  async function listenOnce(): Promise<void> {
    const client = new Client({
      connectionString: url,
      application_name: 'plantroom live',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    })
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve)
      // A connection that breaks says 'error' first; without a listener it would end the process.
      client.on('error', () => resolve())
    })
    const stop = () => {
      client.end().catch(() => undefined)
    }
    stopping.signal.addEventListener('abort', stop)
    client.on('notification', ({ payload }) => readAdvances(payload ?? '', onAdvance))
    try {
      await client.connect()
      await client.query(`LISTEN ${POSITIONS_CHANNEL}`)
      connected = true
      await ended
    } finally {
      connected = false
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
      log.warn({ reason, retryMs }, 'live stream lost its notifications; polling meanwhile')
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
