import type { Pool, PoolClient } from 'pg'
import { currentQueryScope } from '../../src/database/query-scope.ts'

/**
 * Lets the time of a request run out before its n-th statement, which a real clock does once in a
 * million requests. Statements outside of any scope are neither counted nor disturbed.
 */
export interface StrikingClock {
  /** Begins to count anew. */
  strikeBefore(nth: number): void
  /** Statements asked for since then. */
  readonly statements: number
  /** Whether a transaction was committed since then. */
  readonly committed: boolean
}

export function installStrikingClock(pool: Pool): StrikingClock {
  let nth = Infinity
  let statements = 0
  let committed = false

  function count(): void {
    const scope = currentQueryScope()
    if (scope === undefined) return
    if (++statements === nth) scope.expire()
  }

  function watch(client: PoolClient): PoolClient {
    const query = client.query.bind(client) as (...given: readonly unknown[]) => unknown
    const release = client.release.bind(client)
    const counted: typeof query = (...given) => {
      count()
      const result = query(...given)
      const isCommit = Reflect.get(Object(given[0]), 'text') === 'COMMIT'
      if (isCommit && result instanceof Promise) {
        result.then(
          () => (committed = true),
          () => undefined,
        )
      }
      return result
    }
    Object.assign(client, { query: counted })
    client.release = (error) => {
      Object.assign(client, { query })
      release(error)
    }
    return client
  }

  const connect = pool.connect.bind(pool)
  type Done = Parameters<typeof connect>[0]
  pool.connect = ((done?: Done) => {
    if (done !== undefined) {
      // One statement on a connection of its own.
      count()
      return connect(done)
    }
    return connect().then(watch)
  }) as typeof pool.connect

  return {
    strikeBefore(given) {
      nth = given
      statements = 0
      committed = false
    },
    get statements() {
      return statements
    },
    get committed() {
      return committed
    },
  }
}
