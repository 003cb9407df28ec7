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
 * What else happens in the transaction that gives positions, and right behind it: how events reach those
 * who are to be told of them. There is one for each transaction. Its steps are taken in this order, each
 * once; they send their statements on the transaction's connection without waiting for earlier answers.
 *
 *   read ──► write ──► follow ──► finish
 *
 * A transaction that fails lets go of it at any step before `finish`.
 */
export interface HandOver {
  /** Sends what must be read beforehand; resolves when it is there. */
  read(organizationIds: readonly string[]): Promise<void>
  /** How many endpoints each event of an organization is compared with; known once it has read. */
  endpointsOf(organizationId: string): number
  /** Sends what is to be written of these events. Rejects when the transaction must fail. */
  write(events: readonly PositionedEvent[]): Promise<unknown>
  /** Sends what may stand right behind the commit. */
  follow(): void
  /** The transaction is durable. Resolves when the connection is no longer used. */
  finish(): Promise<void>
}

/** @param client the connection of the transaction */
export type StartHandOver = (client: PoolClient) => HandOver

/**
 * Connections for the dispatcher alone, so that it never queues behind requests. Statements are sent
 * without waiting for the answers to those before them: a batch takes two round trips instead of
 * ten. Only the transaction itself waits for the disk at its commit; what follows it are hints.
 */
export function openDispatchPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    // Two for the organizations with little to do, two for those with much: see worker/dispatcher.ts.
    max: 4,
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

/** Events of an organization positioned in one transaction: bounds its time and memory. */
const BATCH = 1_000

interface Unpositioned {
  id: string
  organization_id: string
  type: string
  subject_id: string
  changed_fields: string[]
  facets: Facets
}

/** What one transaction deals with. */
export interface DispatchTurn {
  organizationIds: readonly string[]
  /** Events × endpoints of each organization, at most; but for one event, which always has its turn. */
  work: number
}

/** What became of an organization's events in a turn. */
export interface Dispatched {
  /** Events × endpoints */
  work: number
  /** There are more than the turn had room for. */
  isLeft: boolean
  /** Another process is giving out positions just now; nothing was done. */
  isHeld: boolean
}

/**
 * Gives the committed events of some organizations their positions, 1, 2, 3, … without gap.
 *
 * Why after commit: a sequence drawn inside the transaction commits out of order, and a reader that
 * has seen 8 never looks for the 7 that commits later. Here an event that is not committed is not
 * seen, and whatever is seen next stands behind everything already given out.
 *
 * Safe to run anywhere at any time: the row lock on the stream head lets one run after another. Nobody
 * waits for it: an organization whose head is locked would keep the others of its turn from theirs. The
 * events are read in a statement of its own after the lock, so that they are read as the previous holder
 * left them.
 *
 * @param announce tells other processes how far the logs have come; without it NOTIFY does
 * @returns what was done, for each organization that had something
 */
export async function dispatch(
  pool: Pool,
  { organizationIds, work }: DispatchTurn,
  startHandOver: StartHandOver,
  announce?: PositionTransport['announce'],
): Promise<Map<string, Dispatched>> {
  const client = await pool.connect()
  const limit = Math.min(BATCH, work)
  const handOver = startHandOver(client)
  let heads: Map<string, bigint>
  const done = new Map<string, Dispatched>()
  try {
    const [, locked, found] = await Promise.all([
      client.query('BEGIN; SET LOCAL synchronous_commit = on'),
      client.query<{ organization_id: string; last_position: string }>({
        name: 'dispatch-heads',
        text: `SELECT organization_id, last_position FROM event_stream_head
                WHERE organization_id = ANY($1) ORDER BY organization_id FOR UPDATE SKIP LOCKED`,
        values: [organizationIds],
      }),
      client.query<Unpositioned>({
        name: 'dispatch-unpositioned',
        text: `SELECT event.* FROM unnest($1::text[]) AS wanted(id)
                CROSS JOIN LATERAL (
                  SELECT id, organization_id, type, subject_id, changed_fields, facets, ordinal FROM event
                   WHERE organization_id = wanted.id AND position IS NULL
                   ORDER BY ordinal LIMIT $2) AS event
                ORDER BY event.ordinal`,
        values: [organizationIds, limit],
      }),
      handOver.read(organizationIds),
    ])
    const rows = Map.groupBy(found.rows, (row) => row.organization_id)
    const last = new Map(locked.rows.map((row) => [row.organization_id, BigInt(row.last_position)]))
    const events: PositionedEvent[] = []
    for (const [organizationId, own] of rows) {
      const head = last.get(organizationId)
      if (head === undefined) {
        done.set(organizationId, { work: 0, isLeft: true, isHeld: true })
        continue
      }
      const endpoints = Math.max(handOver.endpointsOf(organizationId), 1)
      const taken = own.slice(0, Math.max(Math.floor(work / endpoints), 1))
      const isLeft = own.length === limit || taken.length < own.length
      done.set(organizationId, { work: taken.length * endpoints, isLeft, isHeld: false })
      events.push(...positionAll(taken, head))
    }
    if (events.length === 0) {
      await client.query('ROLLBACK')
      client.release()
      return done
    }
    heads = new Map(events.map((event) => [event.organizationId, event.position]))
    const positioned = writePositions(client, events, heads, announce === undefined)
    const written = handOver.write(events)
    // After a statement that failed COMMIT rolls back; the failed one says why.
    const committed = client.query('COMMIT')
    handOver.follow()
    await Promise.all([positioned, written, committed])
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    client.release()
    throw error
  }
  announce?.(heads)
  try {
    await handOver.finish()
  } finally {
    client.release()
  }
  return done
}

function positionAll(rows: readonly Unpositioned[], last: bigint): PositionedEvent[] {
  return rows.map((row, index) => ({
    id: row.id,
    organizationId: row.organization_id,
    position: last + BigInt(index + 1),
    type: row.type,
    subjectId: row.subject_id,
    changedFields: row.changed_fields,
    facets: row.facets,
  }))
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

/**
 * Organizations with events that have waited longer than a wake-up takes: their hint was lost. Goes from
 * one organization to the next in the index: a million events of one of them are not read.
 */
export async function findUndispatched(pool: Pool, olderThanMs: number): Promise<string[]> {
  const result = await pool.query<{ organization_id: string }>({
    name: 'find-undispatched',
    text: `WITH RECURSIVE waiting(organization_id) AS (
             (SELECT organization_id FROM event WHERE position IS NULL ORDER BY organization_id LIMIT 1)
             UNION ALL
             SELECT (SELECT event.organization_id FROM event
                      WHERE position IS NULL AND event.organization_id > waiting.organization_id
                      ORDER BY event.organization_id LIMIT 1)
               FROM waiting WHERE waiting.organization_id IS NOT NULL)
           SELECT organization_id FROM waiting
            WHERE EXISTS (SELECT FROM event
                           WHERE event.organization_id = waiting.organization_id AND position IS NULL
                             AND created < now() - $1 * interval '1 millisecond')`,
    values: [olderThanMs],
  })
  return result.rows.map((row) => row.organization_id)
}
