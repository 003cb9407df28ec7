import { Pool, type PoolClient } from 'pg'
import { z } from 'zod'
import { defineJob } from '../database/queue.ts'
import type { Facets, Selectable } from './match.ts'
import { formatAdvances, type PositionTransport } from './position-transport.ts'

/** Wake-up: this organization has events without a position. */
export const dispatchJob = defineJob({ name: 'dispatch', data: z.string(), policy: 'short' })

/** Channel on which every server process hears how far each organization's log has come. */
export const POSITIONS_CHANNEL = 'plantroom_positions'

/** An event that has just been given its position. */
export interface PositionedEvent extends Selectable {
  id: string
  organizationId: string
  position: bigint
}

/**
 * What else happens in the transaction that gives positions, such as writing delivery rows. Its
 * statements are sent without waiting for the answers to earlier ones.
 */
export interface FanOut {
  /**
   * Sends what it must read beforehand.
   * @returns how to go on with what was read
   */
  read(
    client: PoolClient,
    organizationIds: readonly string[],
  ): Promise<(events: PositionedEvent[]) => FanOutWrite>
}

export interface FanOutWrite {
  /** Fails when the transaction must. */
  written: Promise<unknown>
  /** Sends what may follow right behind the commit, on the same connection. */
  follow(): void
  /** Called when the transaction is durable; resolves when the connection is no longer used. */
  committed(): Promise<void>
}

/**
 * Connections for the dispatcher alone, so that it never queues behind requests. Statements are sent
 * without waiting for the answers to those before them: a batch takes two round trips instead of
 * ten. Only the transaction itself waits for the disk at its commit; what follows it are hints.
 */
export function openDispatchPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: 2,
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    // A dispatcher that is frozen between its statements must not hold its organizations up for ever.
    idle_in_transaction_session_timeout: 10_000,
    application_name: 'plantroom dispatch',
    options: '-c synchronous_commit=off -c jit=off',
  })
  // PostgreSQL closed an idle connection: the pool opens another when asked.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Events positioned in one transaction: bounds its time and memory. */
const BATCH = 1_000

interface Unpositioned {
  id: string
  organization_id: string
  type: string
  subject_id: string
  changed_fields: string[]
  facets: Facets
}

/**
 * Gives the committed events of some organizations their positions, 1, 2, 3, … without gap.
 *
 * Why after commit: a sequence drawn inside the transaction commits out of order, and a reader that
 * has seen 8 never looks for the 7 that commits later. Here an event that is not committed is not
 * seen, and whatever is seen next stands behind everything already given out.
 *
 * Safe to run anywhere at any time: the row lock on the stream head lets one run after another.
 * The events are read in a statement of its own after the lock, so that they are read as the
 * previous holder left them.
 *
 * @param announce tells other processes how far the logs have come; without it NOTIFY does
 * @returns how many were positioned.
 */
export async function dispatch(
  pool: Pool,
  organizationIds: readonly string[],
  fanOut: FanOut,
  announce?: PositionTransport['announce'],
): Promise<number> {
  let total = 0
  for (;;) {
    const count = await dispatchBatch(pool, organizationIds, fanOut, announce)
    total += count
    if (count < BATCH) return total
  }
}

async function dispatchBatch(
  pool: Pool,
  organizationIds: readonly string[],
  fanOut: FanOut,
  announce: PositionTransport['announce'],
): Promise<number> {
  const client = await pool.connect()
  let write: FanOutWrite
  let heads: Map<string, bigint>
  let count: number
  try {
    const [, locked, found, goOn] = await Promise.all([
      client.query('BEGIN; SET LOCAL synchronous_commit = on'),
      client.query<{ organization_id: string; last_position: string }>({
        name: 'dispatch-heads',
        text: `SELECT organization_id, last_position FROM event_stream_head
                WHERE organization_id = ANY($1) ORDER BY organization_id FOR UPDATE`,
        values: [organizationIds],
      }),
      client.query<Unpositioned>({
        name: 'dispatch-unpositioned',
        text: `SELECT id, organization_id, type, subject_id, changed_fields, facets FROM event
                WHERE organization_id = ANY($1) AND position IS NULL ORDER BY ordinal LIMIT ${BATCH}`,
        values: [organizationIds],
      }),
      fanOut.read(client, organizationIds),
    ])
    count = found.rows.length
    if (count === 0) {
      await client.query('ROLLBACK')
      client.release()
      return 0
    }
    const last = new Map(locked.rows.map((row) => [row.organization_id, BigInt(row.last_position)]))
    const events = found.rows.map((row): PositionedEvent => {
      const position = (last.get(row.organization_id) ?? 0n) + 1n
      last.set(row.organization_id, position)
      return {
        id: row.id,
        organizationId: row.organization_id,
        position,
        type: row.type,
        subjectId: row.subject_id,
        changedFields: row.changed_fields,
        facets: row.facets,
      }
    })
    heads = new Map(events.map((event) => [event.organizationId, event.position]))
    const positioned = writePositions(client, events, heads, announce === undefined)
    write = goOn(events)
    // After a statement that failed COMMIT rolls back; the failed one says why.
    const committed = client.query('COMMIT')
    write.follow()
    await Promise.all([positioned, write.written, committed])
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    client.release()
    throw error
  }
  announce?.(heads)
  try {
    await write.committed()
  } finally {
    client.release()
  }
  return count
}

async function writePositions(
  client: PoolClient,
  events: PositionedEvent[],
  heads: ReadonlyMap<string, bigint>,
  notifies: boolean,
): Promise<void> {
  await client.query({
    name: 'dispatch-positions',
    text: `WITH positioned AS (
             UPDATE event SET position = given.position
               FROM unnest($1::text[], $2::bigint[]) AS given(id, position)
              WHERE event.id = given.id),
           moved AS (
             UPDATE event_stream_head AS head SET last_position = given.position
               FROM unnest($3::text[], $4::bigint[]) AS given(organization_id, position)
              WHERE head.organization_id = given.organization_id)
           SELECT pg_notify('${POSITIONS_CHANNEL}', text) FROM unnest($5::text[]) AS text`,
    values: [
      events.map((event) => event.id),
      events.map((event) => event.position.toString()),
      [...heads.keys()],
      [...heads.values()].map(String),
      notifies ? formatAdvances(heads) : [],
    ],
  })
}

/** Organizations with events that have waited longer than a wake-up takes: their hint was lost. */
export async function findUndispatched(pool: Pool, olderThanMs: number): Promise<string[]> {
  const result = await pool.query<{ organization_id: string }>({
    name: 'find-undispatched',
    text: `SELECT DISTINCT organization_id FROM event
            WHERE position IS NULL AND created < now() - $1 * interval '1 millisecond'`,
    values: [olderThanMs],
  })
  return result.rows.map((row) => row.organization_id)
}
