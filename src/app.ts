import path from 'node:path'
import { logBackgroundFaults } from './process/background.ts'
import { bookingHookJob } from './domains/bookings/hooks/hooks.ts'
import type { Config } from './config/config.ts'
import { claimDataFolder } from './database/postgres/data-folder.ts'
import { type Database, openDatabase } from './database/database.ts'
import { startEmbeddedPostgres } from './database/postgres/embedded.ts'
import { migrate } from './database/migrations/migrate.ts'
import { openQueue } from './database/queue.ts'
import { demandKnownKeys } from './database/sealing/resealing.ts'
import type { Backend } from './database/unit-of-work.ts'
import { dispatchJob } from './events/dispatch.ts'
import { postgresTransport } from './events/positions-listener.ts'
import { openRedisTransport } from './events/redis-transport.ts'
import { openStream } from './events/stream.ts'
import type { StartupError } from './errors.ts'
import type { Logger } from './log.ts'
import { LASTING_SECRETS } from './worker/sealed-columns.ts'
import { startServer } from './server/server.ts'
import { attemptNowJob, laneJob } from './webhooks/jobs.ts'
import { startWorker } from './worker/worker.ts'

export interface App extends AsyncDisposable, Backend {
  /** Where the server answers; undefined in a process with the worker role alone. */
  url: string | undefined
  /** Connection string of the database in use. */
  databaseUrl: string
}

export interface AppOptions {
  /** Gives the start up: what has started by then is stopped. */
  signal?: AbortSignal
  /** Called once when a part that the whole depends on is lost for good. */
  onLost?: (error: StartupError) => void
  /** Work on the database between its migration and the first request. */
  prepare?: (database: Database) => Promise<void>
}

/**
 * Starts everything that the configuration asks for, in the order in which each needs the one
 * before; stops it in the opposite order, also when a later part could not be started.
 * @throws StartupError with one clear sentence for the operator.
 */
export async function startApp(
  config: Config,
  log: Logger,
  options: AppOptions = {},
): Promise<App> {
  const { signal } = options
  await using started = new AsyncDisposableStack()
  started.use(logBackgroundFaults(log))
  const databaseUrl = await openDatabaseServer(config, log, options, started)
  signal?.throwIfAborted()
  const applied = await migrate(databaseUrl)
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')
  signal?.throwIfAborted()
  const database = started.use(
    openDatabase(databaseUrl, config.databasePoolSize, config.queryTimeoutMs),
  )
  await demandKnownKeys(database.pool, config.encryptionKeys, LASTING_SECRETS)
  await options.prepare?.(database)
  signal?.throwIfAborted()
  const works = config.roles.has('worker')
  const queue = started.use(
    await openQueue(databaseUrl, [dispatchJob, laneJob, attemptNowJob, bookingHookJob], works, log),
  )
  const transport =
    config.redisUrl === undefined
      ? postgresTransport(databaseUrl, log)
      : started.use(await openRedisTransport(config.redisUrl, log))
  const serves = config.roles.has('server')
  const stream = serves ? started.use(await openStream({ database, log, transport })) : undefined
  // Both let what is in flight end, and both have the same time for it: side by side, not in turn.
  const busy = started.use(stopTogether())
  if (works) busy.add(await startWorker({ config, database, queue, log, transport, loadSchema }))
  signal?.throwIfAborted()
  let url: string | undefined
  if (stream !== undefined) {
    const schema = await loadSchema()
    const server = await startServer({ config, database, queue, stream, log, schema })
    busy.add(server)
    url = server.url
  }
  const stack = started.move()
  return {
    url,
    databaseUrl,
    database,
    queue,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const loadSchema = async () => (await import('./schema.ts')).schema

function stopTogether(): AsyncDisposable & { add(part: AsyncDisposable): void } {
  const parts: AsyncDisposable[] = []
  return {
    add: (part) => parts.push(part),
    async [Symbol.asyncDispose]() {
      const ends = await Promise.allSettled(parts.map((part) => part[Symbol.asyncDispose]()))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
  }
}

async function openDatabaseServer(
  config: Config,
  log: Logger,
  { signal, onLost }: AppOptions,
  started: AsyncDisposableStack,
): Promise<string> {
  if (config.database.kind === 'external') return config.database.url
  const dataDir = path.resolve(config.dataDir)
  started.use(claimDataFolder(dataDir))
  const postgres = await startEmbeddedPostgres(dataDir, {
    log,
    ...(signal === undefined ? {} : { signal }),
    ...(onLost === undefined ? {} : { onLost }),
  })
  return started.use(postgres).url
}
