import { StartupError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { formatAdvances, type PositionTransport, readAdvances } from './position-transport.ts'

const CHANNEL = 'plantroom:positions'
const LAST_RETRY_MS = 5_000
/** Announcements that wait for a connection; beyond that the poll of the streams is quicker. */
const MAX_WAITING = 1_000

/**
 * Hears and tells of advances over Redis PUB/SUB, for installations where PostgreSQL should not be
 * asked to notify: behind a proxy that pools transactions, or with very many servers. Needs the
 * package `ioredis`, an optional dependency that is loaded only here.
 * @throws StartupError when the package is not installed.
 */
export async function openRedisTransport(
  url: string,
  log: Logger,
): Promise<PositionTransport & AsyncDisposable> {
  const { Redis } = await import('ioredis').catch((error: unknown) => {
    throw new StartupError(
      `REDIS_URL is set, but the optional package ioredis cannot be loaded (npm install ioredis): ${String(error)}`,
    )
  })
  const options = {
    // Hints are worth nothing later: fail at once, and let the poll find what was missed.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandQueueMaxLength: MAX_WAITING,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, LAST_RETRY_MS),
  }
  const sender = new Redis(url, options)
  sender.on('error', (error) => log.debug({ error: error.message }, 'redis'))

  return {
    listen(onAdvance) {
      const receiver = new Redis(url, { ...options, autoResubscribe: false })
      let connected = false
      let told = false
      receiver.on('error', (error) => {
        if (!told) log.warn({ error: error.message }, 'live stream lost redis; polling meanwhile')
        told = true
      })
      receiver.on('close', () => {
        connected = false
      })
      receiver.on('message', (_channel, text) => readAdvances(text, onAdvance))
      receiver.on('ready', () => {
        receiver.subscribe(CHANNEL).then(
          () => {
            connected = true
            told = false
          },
          // The connection broke again; the next one subscribes.
          () => undefined,
        )
      })
      return {
        get connected() {
          return connected
        },
        async [Symbol.asyncDispose]() {
          receiver.disconnect()
        },
      }
    },
    announce(heads) {
      for (const text of formatAdvances(heads)) {
        sender.publish(CHANNEL, text).catch((error: unknown) => {
          log.debug({ error: String(error) }, 'advance not announced; streams find it by polling')
        })
      }
    },
    async [Symbol.asyncDispose]() {
      sender.disconnect()
    },
  }
}
