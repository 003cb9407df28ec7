import { type JobWithMetadata, PgBoss, type QueueOptions, type QueuePolicy } from 'pg-boss'
import type { z } from 'zod'
import { inBackground } from '../process/background.ts'
import type { Logger } from '../log.ts'
import { outsideScope } from './query-scope.ts'

/**
 * The queue kit: a job is *defined* (name and data) beside whoever enqueues it and *implemented*
 * beside whoever does the work, so that no lower floor imports a worker.
 *
 * Jobs here are wake-ups, hints that there is work in a table; the table is the truth and a sweep
 * finds what a lost hint left. That is why pg-boss runs on connections that do not wait for the disk
 * at commit: a crash may lose hints, never work.
 */
export interface JobDefinition<T> {
  name: string
  data: z.ZodType<T>
  /**
   * `short` keeps at most one waiting job per key; wake-ups that come while it waits fold into it,
   * one that comes while it runs waits behind it.
   */
  policy: QueuePolicy
  options?: QueueOptions
}

export function defineJob<T>(definition: JobDefinition<T>): JobDefinition<T> {
  return definition
}

interface WorkOptions {
  /** Jobs taken at once. */
  batchSize: number
  /** Fetch loops in this process. */
  loops?: number
}

export interface Queue extends AsyncDisposable {
  enqueue<T>(job: JobDefinition<T>, items: { key: string; data: T }[]): Promise<void>
  /**
   * Enqueues soon, folding repeated keys while an earlier call is still under way: a thousand
   * commits a second become a handful of statements. Never throws; a lost hint is found by the sweep.
   *
   * A process that implements the job does it itself, without the way through the database: the jobs
   * are for the others.
   */
  enqueueSoon<T>(job: JobDefinition<T>, key: string, data: T): void
  /** Runs the handler for batches of the job until the queue is disposed of. */
  implement<T>(
    job: JobDefinition<T>,
    options: WorkOptions,
    handler: (batch: T[]) => Promise<void>,
  ): Promise<void>
  /** Takes no further jobs; resolves when the running handlers have ended. */
  stopWorking(): Promise<void>
  /** Whether statements get through; asks when the last one did not. */
  isHealthy(): Promise<boolean>
}

/** Wake-ups arrive by NOTIFY; polling only covers a lost notification. */
const POLL_SECONDS = 1
/** How long a finished wake-up stays in the table; nobody reads it. */
const KEEP_SECONDS = 60
const EXPIRE_SECONDS = 60

export async function openQueue(
  url: string,
  jobs: readonly Pick<JobDefinition<unknown>, 'name' | 'policy' | 'options'>[],
  works: boolean,
  log: Logger,
): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'plantroom queue',
    options: '-c synchronous_commit=off',
    max: works ? 6 : 2,
    useListenNotify: works,
    supervise: works,
    schedule: false,
    // Bloat reports and index rebuilds are for queues that hold work, not hints.
    reindex: false,
    monitorVacuum: false,
  })
  let healthy = true
  boss.on('error', (error) => {
    // A statement failed: the next one that works sets this right again.
    healthy = false
    log.warn({ error: error.message }, 'queue error')
  })
  boss.on('warning', (warning) => log.debug({ warning: warning.message }, 'queue warning'))
  await boss.start()
  for (const job of jobs) {
    await boss.createQueue(job.name, {
      policy: job.policy,
      notify: true,
      retryLimit: 3,
      expireInSeconds: EXPIRE_SECONDS,
      deleteAfterSeconds: KEEP_SECONDS,
      ...job.options,
    })
  }
  const local = new Map<string, (batch: unknown[]) => Promise<void>>()
  const soon = new Map<string, { pending: Map<string, unknown>; running: boolean }>()
  const queue: Queue = {
    async enqueue(job, items) {
      if (items.length === 0) return
      await boss.insert(
        job.name,
        items.map(({ key, data }) => ({ singletonKey: key, data: { value: data } })),
      )
      healthy = true
    },
    enqueueSoon(job, key, data) {
      const slot = soon.get(job.name) ?? { pending: new Map(), running: false }
      soon.set(job.name, slot)
      slot.pending.set(key, data)
      if (slot.running) return
      slot.running = true
      // Not part of whoever asked first: it does the work of all, and outlives the request.
      const work = async () => {
        while (slot.pending.size > 0) {
          const items = Array.from(slot.pending, ([k, value]) => ({ key: k, data: value }))
          slot.pending.clear()
          const handler = local.get(job.name)
          const done = await handler?.(items.map((item) => item.data)).then(
            () => true,
            (error: unknown) => {
              log.warn(
                { job: job.name, error: String(error) },
                'wake-up failed here; queued instead',
              )
              return false
            },
          )
          if (done === true) continue
          await queue
            .enqueue({ ...job, data: job.data as z.ZodType }, items)
            .catch((error: unknown) => {
              log.warn({ job: job.name, error: String(error) }, 'wake-up lost; the sweep finds it')
            })
        }
        slot.running = false
      }
      inBackground(`wake-ups of ${job.name}`, () => outsideScope(work))
    },
    async implement(job, options, handler) {
      local.set(job.name, (batch) => handler(batch.map((data) => job.data.parse(data))))
      await boss.work(
        job.name,
        {
          batchSize: options.batchSize,
          burstWhenBatchFull: true,
          localConcurrency: options.loops ?? 1,
          notifyPollingIntervalSeconds: POLL_SECONDS,
          pollingIntervalSeconds: POLL_SECONDS,
        },
        async (batch: Pick<JobWithMetadata, 'data'>[]) => {
          healthy = true
          await handler(batch.map((item) => job.data.parse(Reflect.get(item.data, 'value'))))
        },
      )
    },
    async stopWorking() {
      local.clear()
      await Promise.all(jobs.map((job) => boss.offWork(job.name, { wait: true })))
    },
    async isHealthy() {
      if (healthy) return true
      healthy = await boss.getQueue(jobs[0]?.name ?? '').then(
        () => true,
        () => false,
      )
      return healthy
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: true, timeout: 5_000 })
    },
  }
  return queue
}
