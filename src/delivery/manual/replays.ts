import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { createFairRoom, type Owner } from '../../access/fair-room.ts'
import type { WebhookDeliveryStatus } from '../../generated/prisma/enums.ts'
import type { Logger } from '../../log.ts'
import { coveredBy } from '../../webhooks/replays/replay-selection.ts'
import { type Outside, OUTSIDE_COLUMNS, type OutsideAttempter, PASSED } from './attempt-outside.ts'
import { LEASE_MS } from '../lanes/lane-claims.ts'
import { WORKER_LOCK_CLASS } from '../lanes/worker-identity.ts'

/*
 * A replay sends past deliveries once more: one after the other, in order, at a bounded pace.
 *
 * It stands beside the lane and shares nothing with it but the room for requests that are not first
 * attempts: what happens meanwhile is delivered as always. Like a lane it is in one worker's hands at
 * a time, under a lease that ends with the worker. How far it came is written after every delivery,
 * so that the next worker goes on there; the delivery that was under way when one dies goes out
 * twice, with the same event id. Whether it may go on (not cancelled, endpoint active, still ours) is
 * asked in the statement that reads a delivery, just before it is sent.
 */
export interface Replays {
  /** Takes up replays that nobody runs. */
  sweep(): Promise<void>
  /** Starts another lease. */
  renew(): Promise<void>
  /** Sends nothing more; resolves when what is under way is logged and the replays are let go. */
  stop(): Promise<void>
  /** Gives up all at once, as when the worker's identity is lost. */
  abandon(): void
}

export interface ReplaysDependencies {
  pool: Pool
  workerNumber: number
  attempt: OutsideAttempter
  log: Logger
}

/**
 * Replays that one process runs at once, of which an organization that is alone gets three quarters; others
 * wait or are run elsewhere.
 */
const MAX_RUNNING = 40
/** Deliveries looked up at once. */
const BATCH = 100

interface Claimed extends Owner {
  id: string
  epoch: string
  perSecond: number
  statuses: WebhookDeliveryStatus[]
}

export function openReplays({ pool, workerNumber, attempt, log }: ReplaysDependencies): Replays {
  const running = new Map<string, Promise<void>>()
  const room = createFairRoom(MAX_RUNNING)
  const closing = new AbortController()
  const { signal } = closing

  /** Takes a place for each that may have one, then the replay itself, if nobody else was first. */
  async function claim(): Promise<Claimed[]> {
    const free = await pool.query<Owner & { id: string }>({
      name: 'replay-free',
      text: `
        SELECT id, "organizationId", "endpointId" FROM (
          SELECT replay.id, replay.created, replay.organization_id AS "organizationId",
                 replay.endpoint_id AS "endpointId",
                 row_number() OVER (PARTITION BY replay.organization_id ORDER BY replay.created) AS nth
            FROM webhook_replay AS replay
            JOIN webhook_endpoint AS endpoint ON endpoint.id = replay.endpoint_id
           WHERE ${FREE}) AS free
         ORDER BY nth, created LIMIT $4`,
      values: [workerNumber, [...running.keys()], WORKER_LOCK_CLASS, MAX_RUNNING],
    })
    const placed = free.rows.filter((owner) => room.tryTake(owner))
    if (placed.length === 0) return []
    let claimed: Claimed[] = []
    try {
      claimed = await claimThose(placed.map(({ id }) => id))
      return claimed
    } finally {
      const ids = new Set(claimed.map(({ id }) => id))
      for (const owner of placed) if (!ids.has(owner.id)) room.give(owner)
    }
  }

  async function claimThose(ids: readonly string[]): Promise<Claimed[]> {
    const result = await pool.query<Claimed>({
      name: 'replay-claim',
      text: `
        WITH free AS (
          SELECT replay.id FROM webhook_replay AS replay
            JOIN webhook_endpoint AS endpoint ON endpoint.id = replay.endpoint_id
           WHERE replay.id = ANY ($4) AND ${FREE}
             FOR UPDATE OF replay SKIP LOCKED)
        UPDATE webhook_replay AS replay
           SET worker_id = $1, epoch = replay.epoch + 1,
               claimed_until = now() + $5 * interval '1 millisecond'
          FROM free WHERE replay.id = free.id
        RETURNING replay.id, replay.epoch, replay.per_second AS "perSecond",
                  replay.organization_id AS "organizationId", replay.endpoint_id AS "endpointId",
                  replay.statuses::text[] AS statuses`,
      values: [workerNumber, [...running.keys()], WORKER_LOCK_CLASS, ids, LEASE_MS],
    })
    return result.rows
  }

  async function run(replay: Claimed): Promise<void> {
    let isOurs = true
    let nextMs = performance.now()
    while (isOurs && !signal.aborted) {
      const batch = await findNext(replay)
      if (batch.length === 0) {
        await finish(replay)
        return
      }
      for (const { id, sequence } of batch) {
        await waitUntil(nextMs)
        if (signal.aborted) break
        nextMs = performance.now() + 1_000 / replay.perSecond
        const record = await attempt(() => load(replay, id), 'REPLAY', replay.id)
        isOurs = record !== undefined
        if (record === undefined) break
        await advance(replay, sequence, record === PASSED ? undefined : record.succeeded)
      }
    }
    await release(replay)
  }

  async function waitUntil(moment: number): Promise<void> {
    const leftMs = moment - performance.now()
    if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined)
  }

  async function findNext(replay: Claimed): Promise<{ id: string; sequence: string }[]> {
    const result = await pool.query<{ id: string; sequence: string }>(
      `SELECT delivery.id, delivery.sequence
         FROM webhook_replay AS replay JOIN webhook_delivery AS delivery
           ON ${coveredBy(replay.statuses)}
        WHERE replay.id = $1 ORDER BY delivery.sequence LIMIT ${BATCH}`,
      [replay.id],
    )
    return result.rows
  }

  /**
   * @returns undefined when the replay may not go on; PASSED when the delivery is no longer what was
   * asked for
   */
  async function load(
    replay: Claimed,
    deliveryId: string,
  ): Promise<Outside | typeof PASSED | undefined> {
    const result = await pool.query<Outside | { id: null }>(
      `SELECT ${OUTSIDE_COLUMNS}
         FROM webhook_replay AS replay
         JOIN webhook_endpoint AS endpoint ON endpoint.id = replay.endpoint_id
         LEFT JOIN webhook_delivery AS delivery ON delivery.id = $4 AND ${coveredBy(replay.statuses)}
         LEFT JOIN event ON event.id = delivery.event_id
        WHERE ${HELD} AND replay.status = 'RUNNING' AND endpoint.status = 'ACTIVE'
          AND endpoint.deleted_at IS NULL`,
      [...claimOf(replay), deliveryId],
    )
    const [row] = result.rows
    return row?.id === null ? PASSED : row
  }

  async function advance(
    replay: Claimed,
    sequence: string,
    succeeded: boolean | undefined,
  ): Promise<void> {
    await pool.query({
      name: 'replay-advance',
      text: `UPDATE webhook_replay AS replay
                SET reached = $4, succeeded = succeeded + $5, failed = failed + $6,
                    claimed_until = now() + $7 * interval '1 millisecond' WHERE ${HELD}`,
      values: [
        ...claimOf(replay),
        sequence,
        succeeded === true ? 1 : 0,
        succeeded === false ? 1 : 0,
        LEASE_MS,
      ],
    })
  }

  async function finish(replay: Claimed): Promise<void> {
    await pool.query(
      `UPDATE webhook_replay AS replay SET status = 'COMPLETED', finished_at = now(), worker_id = NULL
        WHERE ${HELD} AND replay.status = 'RUNNING'`,
      claimOf(replay),
    )
  }

  async function release(replay: Claimed): Promise<void> {
    await pool.query(
      `UPDATE webhook_replay AS replay SET worker_id = NULL, claimed_until = NULL WHERE ${HELD}`,
      claimOf(replay),
    )
  }

  function claimOf({ id, epoch }: Claimed): unknown[] {
    return [id, workerNumber, epoch]
  }

  return {
    async sweep() {
      if (signal.aborted) return
      for (const replay of await claim()) {
        const done = run(replay)
          .catch((error: unknown) => {
            // It stands where it stood; the next sweep claims it again.
            log.warn({ replay: replay.id, error: String(error) }, 'replay interrupted')
          })
          .finally(() => {
            running.delete(replay.id)
            room.give(replay)
          })
        running.set(replay.id, done)
      }
    },
    async renew() {
      if (running.size === 0) return
      await pool.query(
        `UPDATE webhook_replay SET claimed_until = now() + $3 * interval '1 millisecond'
          WHERE id = ANY($1) AND worker_id = $2`,
        [[...running.keys()], workerNumber, LEASE_MS],
      )
    },
    async stop() {
      closing.abort()
      await Promise.all(running.values())
    },
    abandon: () => closing.abort(),
  }
}

/** Nobody who lives has it: $1 the worker, $2 what it runs, $3 the class of the workers' locks. */
const FREE = `replay.status = 'RUNNING' AND endpoint.status = 'ACTIVE'
  AND endpoint.deleted_at IS NULL AND replay.id <> ALL ($2)
  AND (replay.worker_id IS NULL OR replay.worker_id = $1 OR replay.claimed_until < now()
       OR replay.worker_id NOT IN (
         SELECT objid::int FROM pg_locks
          WHERE locktype = 'advisory' AND classid = $3 AND objsubid = 2 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))`

/** The claim still stands: $1 the replay, $2 the worker, $3 the epoch. */
const HELD = 'replay.id = $1 AND replay.worker_id = $2 AND replay.epoch = $3::bigint'
