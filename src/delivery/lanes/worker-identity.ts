import { Client } from 'pg'

/** Keeps these advisory locks apart from others in the database; any constant will do. */
export const WORKER_LOCK_CLASS = 7_416_002

/**
 * A number that stands for this worker while it lives: an advisory lock held by a connection of its
 * own. PostgreSQL lets go of the lock the moment the connection ends, so a killed process is known
 * to be dead at once, without waiting for any lease.
 */
export interface WorkerIdentity extends AsyncDisposable {
  number: number
  /** Called once when the lock can no longer be relied on. */
  onLost: (() => void) | undefined
}

export async function takeIdentity(url: string): Promise<WorkerIdentity> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'plantroom delivery worker',
    keepAlive: true,
  })
  let ended = false
  const identity: WorkerIdentity = {
    number: 0,
    onLost: undefined,
    async [Symbol.asyncDispose]() {
      ended = true
      await client.end()
    },
  }
  const lose = () => {
    if (ended) return
    ended = true
    client.end().catch(() => undefined)
    identity.onLost?.()
  }
  client.on('error', lose)
  client.on('end', lose)
  try {
    await client.connect()
    const taken = await client.query<{ number: number }>(
      `SELECT number::int FROM nextval('delivery_worker_number') AS number,
              LATERAL pg_advisory_lock($1::int, number::int)`,
      [WORKER_LOCK_CLASS],
    )
    identity.number = taken.rows[0]?.number ?? 0
    return identity
  } catch (error) {
    ended = true
    await client.end().catch(() => undefined)
    throw error
  }
}
