import path from 'node:path'
import { bookingHookJob } from './domains/bookings/hooks/hooks.ts'
import type { Config } from './config/config.ts'
import { claimDataFolder } from './database/postgres/data-folder.ts'
import { openDatabase } from './database/database.ts'
import { startEmbeddedPostgres } from './database/postgres/embedded.ts'
import { migrate } from './database/migrations/migrate.ts'
import { openQueue } from './database/queue.ts'
import { demandKnownKeys } from './database/sealing/resealing.ts'
import type { Backend } from './database/unit-of-work.ts'
import { dispatchJob } from './events/dispatch.ts'
import { postgresTransport } from './events/positions-listener.ts'
import { openRedisTransport } from './events/redis-transport.ts'
import { openStream } from './events/stream.ts'
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

/**
 * Starts everything that the configuration asks for, in the order in which each needs the one
 * before; stops it in the opposite order, also when a later part could not be started.
 * @throws StartupError with one clear sentence for the operator.
 */
export async function startApp(config: Config, log: Logger): Promise<App> {
  await using started = new AsyncDisposableStack()
  const databaseUrl = await openDatabaseServer(config, started)
  const applied = await migrate(databaseUrl)
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')
  const database = started.use(openDatabase(databaseUrl, config.databasePoolSize))
  await demandKnownKeys(database.pool, config.encryptionKeys, LASTING_SECRETS)
  const works = config.roles.has('worker')
  const queue = started.use(
    await openQueue(databaseUrl, [dispatchJob, laneJob, attemptNowJob, bookingHookJob], works, log),
  )
  const transport =
    config.redisUrl === undefined
      ? postgresTransport(databaseUrl, log)
      : started.use(await openRedisTransport(config.redisUrl, log))
  let url: string | undefined
  if (works) started.use(await startWorker({ config, database, queue, log, transport, loadSchema }))
  if (config.roles.has('server')) {
    const stream = started.use(await openStream({ database, log, transport }))
    const server = started.use(
      await startServer({ config, database, queue, stream, log, schema: await loadSchema() }),
    )
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

async function openDatabaseServer(config: Config, started: AsyncDisposableStack): Promise<string> {
  if (config.database.kind === 'external') return config.database.url
  const dataDir = path.resolve(config.dataDir)
  started.use(claimDataFolder(dataDir))
  return started.use(await startEmbeddedPostgres(dataDir)).url
}
