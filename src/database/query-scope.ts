import { AsyncLocalStorage } from 'node:async_hooks'
import { Client, type Pool, type PoolClient } from 'pg'
import { AccessError } from '../errors.ts'

/**
 * The database connections that one request uses, so that its statements can be cancelled when its
 * time is over: `pg` tells nobody on whose behalf it works, so the pool asks the asynchronous context.
 */
export interface QueryScope {
  run<T>(work: () => T): T
  /** Cancels what runs now, and refuses whatever would follow. */
  expire(): void
}

interface Scope {
  clients: Set<PoolClient>
  expired: boolean
}

const current = new AsyncLocalStorage<Scope>()

/** A statement may begin between two cancellations; the last ones end with their transaction. */
const CANCEL_AGAIN_MS = 100
const CANCEL_TRIES = 50

export function openQueryScope(databaseUrl: string): QueryScope {
  const scope: Scope = { clients: new Set(), expired: false }
  return {
    run: (work) => current.run(scope, work),
    expire() {
      scope.expired = true
      void cancelAll(databaseUrl, scope)
    },
  }
}

/** Has the pool note for which request a connection is taken. */
export function trackScopes(pool: Pool): void {
  const connect = pool.connect.bind(pool)
  type Done = Parameters<typeof connect>[0]
  function connectInScope(): Promise<PoolClient>
  function connectInScope(done: Done): void
  function connectInScope(done?: Done): Promise<PoolClient> | void {
    const scope = current.getStore()
    if (scope === undefined) return done === undefined ? connect() : connect(done)
    if (done === undefined) return connect().then((client) => attach(scope, client))
    connect((error, client, release) => {
      if (client === undefined) return done(error, client, release)
      attach(scope, client)
      done(error, client, client.release.bind(client))
    })
  }
  pool.connect = connectInScope
}

/** @throws AccessError QUERY_TIMEOUT when the request's time is over already. */
function attach(scope: Scope, client: PoolClient): PoolClient {
  const release = client.release.bind(client)
  if (scope.expired) {
    release()
    throw new AccessError('QUERY_TIMEOUT', 'The request took too long')
  }
  scope.clients.add(client)
  client.release = (error) => {
    scope.clients.delete(client)
    release(error)
  }
  return client
}

/** On a connection of its own: the pool may be used up by exactly what is to be cancelled. */
async function cancelAll(databaseUrl: string, scope: Scope): Promise<void> {
  if (scope.clients.size === 0) return
  const canceller = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  canceller.on('error', () => undefined)
  try {
    await canceller.connect()
    for (let tries = 0; tries < CANCEL_TRIES && scope.clients.size > 0; tries++) {
      const ids = [...scope.clients].map((client) => Reflect.get(client, 'processID'))
      await canceller.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [ids])
      await new Promise((resolve) => setTimeout(resolve, CANCEL_AGAIN_MS))
    }
  } catch {
    // Without a connection there is nothing to cancel with; the statement's own end frees it.
  } finally {
    await canceller.end().catch(() => undefined)
  }
}
