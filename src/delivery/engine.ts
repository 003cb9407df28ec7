import { Pool } from 'pg'
import { inBackground } from '../process/background.ts'
import type { Config } from '../config/config.ts'
import type { MemoryLease } from '../database/memory/memory-lease.ts'
import type { Logger } from '../log.ts'
import type { LaneWaker } from '../webhooks/deliveries/hand-over.ts'
import type { PayloadShaper } from '../webhooks/payloads/payload-shaper.ts'
import { openAdmission } from './lanes/admission.ts'
import { createAttempter } from './attempt/attempt.ts'
import { ask } from './manual/ask.ts'
import { attemptNow } from './manual/attempt-now.ts'
import { createOutsideAttempter } from './manual/attempt-outside.ts'
import { createCapacity } from './lanes/capacity.ts'
import type { Resolve } from './attempt/guard.ts'
import { HeldLanes, type Lanes } from './lanes/lanes.ts'
import { openLogWriter } from './log/log-writer.ts'
import { openConnections } from './attempt/connections.ts'
import { openEndpoints } from './attempt/endpoints.ts'
import { openReplays, type Replays } from './manual/replays.ts'
import { readSpread, shareOf } from './lanes/share.ts'
import { findForgotten, freeLanes } from './lanes/sweep.ts'
import { takeIdentity, type WorkerIdentity } from './lanes/worker-identity.ts'

/** Everything of a worker process that sends webhooks. */
export interface DeliveryEngine extends LaneWaker, AsyncDisposable {
  /** Starts attempts outside the lanes; returns before they end. */
  attemptNow(deliveryIds: readonly string[]): void
  /** Sends a question and waits for its answer: the body of a 2xx, or undefined. */
  ask(deliveryId: string, timeoutMs: number): Promise<string | undefined>
  /** Takes up what lost wake-ups and dead workers left; leaves to others what is above its share. */
  sweep(): Promise<void>
  /** Starts another lease on the lanes held. */
  renew(): Promise<void>
}

export interface EngineSettings {
  config: Config
  databaseUrl: string
  memory: MemoryLease
  log: Logger
  shaper: PayloadShaper
  /** Instead of the system's name look-up. */
  resolve?: Resolve
}

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/** Takes an identity and is ready to send. */
export async function startEngine(settings: EngineSettings): Promise<DeliveryEngine> {
  const { config, databaseUrl, memory, log } = settings
  const pool = openPool(databaseUrl, log, CONNECTIONS.lanes)
  const outsidePool = openPool(databaseUrl, log, CONNECTIONS.outside)
  const connections = openConnections({
    policy: config.webhooks,
    connectTimeoutMs: config.webhooks.connectTimeoutMs,
    resolve: settings.resolve,
    proxy: config.webhooks.egressProxy,
  })
  const capacity = createCapacity(config.webhooks.concurrency)
  const endpoints = openEndpoints(pool, config.encryptionKeys, config.webhooks)
  const attempt = createAttempter(config.webhooks, endpoints, connections, log)
  const admission = openAdmission(pool, settings.shaper, capacity)
  const logWriter = openLogWriter(pool, log, () => capacity.isCalm)
  const attemptOutside = createOutsideAttempter({
    memory,
    capacity,
    attempt,
    admission,
    logWriter,
  })
  const outside = new Map<string, Promise<void>>()
  let stopping = false
  // What was read before the first time would have to be read again.
  await memory.hold()
  let identity = await takeIdentity(databaseUrl)
  let { lanes, replays } = open(identity)

  function open(taken: WorkerIdentity): { lanes: Lanes; replays: Replays } {
    taken.onLost = () => inBackground('taking another identity', replaceIdentity)
    log.info({ worker: taken.number }, 'delivery worker ready')
    const workerNumber = taken.number
    return {
      lanes: new HeldLanes({
        pool,
        workerNumber,
        memory,
        capacity,
        attempt,
        admission,
        logWriter,
        log,
      }),
      replays: openReplays({ pool: outsidePool, workerNumber, attempt: attemptOutside, log }),
    }
  }

  /** Without its lock others take this worker's lanes, so it lets go of them and starts over. */
  async function replaceIdentity(): Promise<void> {
    log.warn({ worker: identity.number }, 'delivery worker lost its identity; taking another')
    lanes.abandon()
    replays.abandon()
    for (let pauseMs = FIRST_PAUSE_MS; !stopping; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        identity = await takeIdentity(databaseUrl)
        ;({ lanes, replays } = open(identity))
        return
      } catch (error) {
        log.warn({ error: String(error) }, 'no identity yet')
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  function startAttempt(deliveryId: string): void {
    if (stopping || outside.has(deliveryId)) return
    const done = attemptNow({ pool: outsidePool, attempt: attemptOutside }, deliveryId)
      .catch((error: unknown) => {
        log.warn({ deliveryId, error: String(error) }, 'attempt outside the lane not made yet')
      })
      .finally(() => outside.delete(deliveryId))
    outside.set(deliveryId, done)
  }

  return {
    wake: (endpointIds) => lanes.wake(endpointIds),
    claimBehind: (client, endpointIds) => lanes.claimBehind(client, endpointIds),
    attemptNow(deliveryIds) {
      for (const deliveryId of deliveryIds) startAttempt(deliveryId)
    },
    ask: (deliveryId, timeoutMs) =>
      ask({ pool, memory, attempt, logWriter }, deliveryId, timeoutMs),
    async sweep() {
      const freed = await freeLanes(pool)
      if (freed > 0) log.info({ lanes: freed }, 'lanes of gone workers freed')
      const { surplus, room } = shareOf(await readSpread(pool, identity.number))
      lanes.handOver(surplus)
      const found = await findForgotten(pool, identity.number, room)
      lanes.wake(found.endpointIds)
      for (const deliveryId of found.deliveryIds) startAttempt(deliveryId)
      await replays.sweep()
    },
    async renew() {
      await lanes.renew()
      await replays.renew()
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, config.shutdownTimeoutMs).unref()
      })
      await Promise.race([
        Promise.all([lanes.stop(), replays.stop(), ...outside.values()]),
        patience,
      ])
      logWriter.close()
      lanes.abandon()
      await connections[Symbol.asyncDispose]()
      await identity[Symbol.asyncDispose]()
      await Promise.all([pool.end(), outsidePool.end()])
    },
  }
}

/**
 * For the lanes those that run at the same time of the statements that are grouped (two of each kind).
 * What is sent outside of them has connections of its own: twenty replays and a thousand test sends
 * that read and write one delivery at a time keep no lane waiting.
 */
const CONNECTIONS = { lanes: 6, outside: 2 }

/**
 * Connections of the engine's own, so that it never queues behind requests, that do not wait for
 * the disk at commit. What a crash of PostgreSQL itself can lose so are the last moments of leases,
 * which end with it anyway, and of the log: those deliveries are sent once more, with the same id
 * and in the same order. Plans are short and many; compiling them would cost more than it saves.
 */
function openPool(databaseUrl: string, log: Logger, connections: number): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: 10_000,
    application_name: 'plantroom delivery',
    options: '-c synchronous_commit=off -c jit=off',
  })
  pool.on('error', (error) => log.debug({ error: error.message }, 'delivery connection closed'))
  // The same while somebody has it between two statements: the next one fails and says so.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
