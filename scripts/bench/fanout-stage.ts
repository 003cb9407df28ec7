import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { BENCH_SECRETS, startProduct, throwAwayDatabase } from './stage.ts'

/** Below the limit of sockets per key. */
const SOCKETS_PER_KEY = 200
const KEYS = 25
/** For the stock server, which does not say when a subscription has begun; and for memory to settle. */
const SETTLE_MS = 1_500

/** The product in a process of its own, an organization, and keys for its subscribers. */
export interface Stage extends AsyncDisposable {
  url: string
  pid: number
  organizationId: string
  database: Database
  /** Tells the dispatcher that there are events. */
  wake(): void
  /** Records so many events in one transaction; gives performance.now() just before its commit. */
  record(count: number): Promise<number>
  keyOf: (n: number) => string
  credentialsOf: (n: number) => object
}

export async function startStage(): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const postgres = started.use(await throwAwayDatabase({ track_commit_timestamp: 'on' }))
  const product = started.use(await startProduct({ DATABASE_URL: postgres.url, ...BENCH_SECRETS }))
  const database = started.use(openDatabase(postgres.url, 16))
  const queue = started.use(
    await openQueue(postgres.url, [dispatchJob], false, createLogger('error')),
  )
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const backend = { database, queue }
  const keys = await transaction(backend, owner, async (unit) => {
    const made: string[] = []
    for (let n = 0; n < KEYS; n++) {
      const { key } = await createApiKey(unit, { name: `${n}`, scopes: ['locations:read'] })
      made.push(key)
    }
    return made
  })
  const keyOf = (n: number) => keys[Math.floor(n / SOCKETS_PER_KEY)] ?? ''
  const stack = started.move()
  return {
    url: `${product.url}/graphql`,
    pid: product.pid,
    organizationId: owner.organizationId,
    database,
    wake: () => queue.enqueueSoon(dispatchJob, owner.organizationId, owner.organizationId),
    async record(count) {
      let at = 0
      await transaction(backend, owner, async (unit) => {
        for (let n = 0; n < count; n++) {
          await createLocation(unit, { name: `Site ${n}`, kind: 'LOCATION' })
        }
        unit.beforeCommit(async () => {
          at = performance.now()
        })
      })
      return at
    },
    keyOf,
    credentialsOf: (n) => ({ apiKey: keyOf(n) }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Memory of a process, in MB. */
export async function rssMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024)
}

/** Lets the others come to rest. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}

/** Ends a child and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
