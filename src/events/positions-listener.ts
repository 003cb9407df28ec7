import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Logger } from '../log.ts'
import { POSITIONS_CHANNEL } from './dispatch.ts'

/** The log of an organization has come to a position. */
type OnAdvance = (organizationId: string, position: bigint) => void

/**
 * How one process tells the others that logs have advanced. Only a hint travels, never an event:
 * one that is lost costs up to a second, because the stream also asks the database. PostgreSQL's
 * NOTIFY, sent by the dispatcher in its own transaction, is the default.
 */
export interface PositionTransport {
  /** Calls back for every advance until disposed of; reconnects by itself. */
  listen(onAdvance: OnAdvance): PositionListener
}

interface PositionListener extends AsyncDisposable {
  readonly connected: boolean
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/** Hears of advances over a connection of its own: LISTEN does not survive going back to a pool. */
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
    const stop = () => void client.end().catch(() => undefined)
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

/** Reads "o-1 17\no-2 4\n". Text of another form is skipped: the channel is open to any client. */
function readAdvances(payload: string, onAdvance: OnAdvance): void {
  for (const line of payload.split('\n')) {
    const match = /^(\S+) (\d+)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) onAdvance(match[1], BigInt(match[2]))
  }
}
