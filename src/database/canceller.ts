import { inBackground } from '../process/background.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type PoolClient } from 'pg'

/** Cancels what runs on connections whose time is over. */
export interface Canceller {
  /** From now on every statement of it is cancelled, until it is forgotten. */
  cancel(client: PoolClient): void
  forget(client: PoolClient): void
}

/** A statement may be on its way while the one before is cancelled. */
const AGAIN_MS = 100
/** Whoever still holds a connection after that is not waiting for a statement. */
const MAX_TRIES = 100

/**
 * One connection of its own cancels for all, as long as there is something to cancel: the pool may be
 * used up by exactly what is to be cancelled, and a thousand requests may run out of time at once.
 */
export function createCanceller(databaseUrl: string): Canceller {
  const triesLeft = new Map<PoolClient, number>()
  let running = false

  async function run(): Promise<void> {
    const own = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
    own.on('error', () => undefined)
    try {
      await own.connect()
      while (triesLeft.size > 0) {
        const ids = [...triesLeft.keys()].map((client) => Reflect.get(client, 'processID'))
        await own.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [ids])
        for (const [client, left] of triesLeft) {
          if (left > 1) triesLeft.set(client, left - 1)
          else triesLeft.delete(client)
        }
        await sleep(AGAIN_MS)
      }
    } catch {
      // Without a connection there is nothing to cancel with; the statements' own end frees theirs.
      triesLeft.clear()
    } finally {
      running = false
      await own.end().catch(() => undefined)
    }
  }

  return {
    cancel(client) {
      triesLeft.set(client, MAX_TRIES)
      if (running) return
      running = true
      inBackground('cancelling statements', run)
    },
    forget: (client) => triesLeft.delete(client),
  }
}
