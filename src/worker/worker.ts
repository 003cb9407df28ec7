import type { GraphQLSchema } from 'graphql'
import { inBackground } from '../process/background.ts'
import { implementBookingHooks } from './booking-hooks.ts'
import type { Config } from '../config/config.ts'
import type { Backend } from '../database/unit-of-work.ts'
import { startEngine } from '../delivery/engine.ts'
import { keepHouse } from '../delivery/log/retention.ts'
import { dispatchJob, findUndispatched, openDispatchPool } from '../events/dispatch.ts'
import type { PositionTransport } from '../events/position-transport.ts'
import type { Logger } from '../log.ts'
import { clearFailures, listFailure } from './dispatch-failures.ts'
import { createDispatcher } from './dispatcher.ts'
import { SWEEPS } from './sweeps.ts'
import { createHandOver } from '../webhooks/deliveries/hand-over.ts'
import { attemptNowJob, laneJob } from '../webhooks/jobs.ts'
import { createPayloadShaper } from '../webhooks/payloads/payload-shaper.ts'
import { checkAgainstSchema } from '../webhooks/payloads/payload-status.ts'

export interface WorkerSettings extends Backend {
  config: Config
  log: Logger
  /** Not called before an endpoint shapes its payload: a worker without one does not load it. */
  loadSchema: () => Promise<GraphQLSchema>
  /** How servers are told of new events; default PostgreSQL's NOTIFY. */
  transport?: PositionTransport
}

const SWEEP_MS = 1_000
const RENEW_MS = 20_000
const HOUSEKEEPING_MS = 3_600_000
/** An event without a position for longer than this has lost its wake-up. */
const UNDISPATCHED_MS = 1_000

/**
 * Runs the queue's jobs and the delivery engine in this process. Disposing of it takes no more
 * jobs, lets requests in flight end (up to `config.shutdownTimeoutMs`), writes their log and lets
 * the lanes go for other workers.
 */
export async function startWorker(settings: WorkerSettings): Promise<AsyncDisposable> {
  const { config, database, queue, log, loadSchema } = settings
  const { pool } = database
  const announce = settings.transport?.announce
  await keepHouse(pool, config.webhooks.logDays).catch((error: unknown) => {
    // What it could not remove it tries again; what is to be sent does not wait for it.
    log.warn({ error: String(error) }, 'housekeeping failed at the start')
  })
  const shaper = createPayloadShaper(settings, loadSchema)
  const engine = await startEngine({
    config,
    databaseUrl: database.url,
    memory: database.memory,
    log,
    shaper,
  })
  // The lanes of what is positioned here are taken here: other workers get theirs with the events
  // they position, by lane jobs and by the sweep.
  const startHandOver = createHandOver(engine)
  const dispatchPool = openDispatchPool(database.url)
  const dispatcher = createDispatcher({
    pool: dispatchPool,
    startHandOver,
    announce,
    log,
    onFailed: (failure) => listFailure(settings, log, failure),
  })
  // No job here waits for what it starts: one that takes its time would hold up those fetched with it.
  await queue.implement(dispatchJob, { batchSize: 100 }, async (organizationIds) => {
    dispatcher.wake(organizationIds)
  })
  await queue.implement(laneJob, { batchSize: 100 }, async (endpointIds) => {
    engine.wake(endpointIds)
  })
  await queue.implement(attemptNowJob, { batchSize: 20 }, async (deliveryIds) => {
    engine.attemptNow(deliveryIds)
  })
  const hooks = await implementBookingHooks({
    backend: settings,
    engine,
    log,
    patienceMs: config.shutdownTimeoutMs,
  })
  const chores = [
    repeat(SWEEP_MS, 'forgotten deliveries', log, () => engine.sweep()),
    repeat(SWEEP_MS, 'forgotten events', log, async () => {
      dispatcher.wake(await findUndispatched(pool, UNDISPATCHED_MS))
      await clearFailures(settings)
    }),
    once('payload documents', log, () => checkAgainstSchema(settings, loadSchema)),
    repeat(RENEW_MS, 'lease renewal', log, () => engine.renew()),
    repeat(HOUSEKEEPING_MS, 'housekeeping', log, () => keepHouse(pool, config.webhooks.logDays)),
    ...(config.sweeps ? SWEEPS : []).map(({ name, everyMs, run }) =>
      repeat(everyMs, name, log, () => run(settings)),
    ),
  ]
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([queue.stopWorking(), ...chores.map((chore) => chore.stop())])
      await Promise.all([hooks[Symbol.asyncDispose](), dispatcher[Symbol.asyncDispose]()])
      await engine[Symbol.asyncDispose]()
      await dispatchPool.end()
    },
  }
}

const RETRY_MS = 10_000

/** Runs a chore in the background until it has once succeeded. */
function once(name: string, log: Logger, chore: () => Promise<unknown>) {
  const running = repeat(RETRY_MS, name, log, async () => {
    await chore()
    // Not waited for: it waits for this.
    inBackground(name, () => running.stop())
  })
  return running
}

/** Runs a chore now and then again and again, each time so long after it ended. */
function repeat(pauseMs: number, name: string, log: Logger, chore: () => Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running: Promise<void> = run()
  async function run(): Promise<void> {
    try {
      await chore()
    } catch (error) {
      log.warn({ chore: name, error: String(error) }, 'chore failed; it will be tried again')
    }
    if (stopped) return
    timer = setTimeout(() => {
      running = run()
    }, pauseMs)
  }
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
