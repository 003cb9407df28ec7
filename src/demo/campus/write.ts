import type { Pool, PoolClient } from 'pg'
import type { Actor } from '../../access/caller.ts'
import { newId } from '../../database/ids.ts'
import { serializeEnvelope, toUnixSeconds } from '../../events/envelope.ts'
import { type Closing, type Fact, type Row, type Step, TABLES } from './campus.ts'
import { insert } from './insert.ts'

/** Rows and events written in one transaction, about: bounds its memory and its lock on the log's head. */
const BATCH = 3_000

/**
 * Writes the steps of all parts in the order of time: rows in a few statements of many rows each,
 * events with their positions, as if they had been recorded and positioned when they happened.
 * @param onStep called with the time that the story has reached.
 */
export async function writeSteps(
  write: InTransaction,
  organizationId: string,
  parts: Iterable<Step>[],
  onStep: (at: Date) => void = () => undefined,
): Promise<{ events: number }> {
  let rows: Row[] = []
  let facts: Fact[] = []
  // Since the last batch; facts of the future wait longer, however many they are.
  let added = 0
  let events = 0
  const flush = async (ready: Fact[]) => {
    await writeBatch(write, organizationId, rows, ready)
    events += ready.length
    rows = []
  }
  for (const step of inOrder(parts)) {
    if (added >= BATCH) {
      // What is older than this step is older than all that follow: its place in the log is certain.
      facts.sort((a, b) => a.at.getTime() - b.at.getTime())
      const later = facts.findIndex((fact) => fact.at >= step.at)
      const ready = facts.splice(0, later === -1 ? facts.length : later)
      await flush(ready)
      onStep(step.at)
      added = 0
    }
    added += step.rows.length + step.facts.length
    rows.push(...step.rows)
    facts.push(...step.facts)
  }
  facts = facts.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  for (let from = 0; from === 0 || from < facts.length; from += BATCH) {
    await flush(facts.slice(from, from + BATCH))
  }
  return { events }
}

/** The steps of several parts, each in order by itself, as one sequence. */
function* inOrder(parts: Iterable<Step>[]): Generator<Step> {
  const open = parts.map((part) => {
    const steps = part[Symbol.iterator]()
    return { steps, next: steps.next() }
  })
  for (;;) {
    let earliest: (typeof open)[number] | undefined
    for (const candidate of open) {
      if (candidate.next.done === true) continue
      if (earliest?.next.value === undefined || candidate.next.value.at < earliest.next.value.at) {
        earliest = candidate
      }
    }
    if (earliest === undefined || earliest.next.done === true) return
    yield earliest.next.value
    earliest.next = earliest.steps.next()
  }
}

async function writeBatch(
  write: InTransaction,
  organizationId: string,
  rows: readonly Row[],
  facts: readonly Fact[],
): Promise<void> {
  await write(async (client) => {
    const byTable = Map.groupBy(rows, (row) => row.table)
    for (const table of TABLES) {
      const values = byTable.get(table)?.map((row) => row.values)
      if (values !== undefined) await insert(client, table, values)
    }
    if (facts.length > 0) await insertEvents(client, organizationId, facts)
  })
}

/** Writes what is known only when the story is over, each part in a transaction of its own. */
export async function writeClosings(
  write: InTransaction,
  closings: readonly Closing[],
): Promise<void> {
  for (const close of closings) await write(close)
}

/** Runs statements of a batch that belong together: a transaction each, or a part of a longer one. */
export type InTransaction = (run: (client: PoolClient) => Promise<void>) => Promise<void>

export async function inTransaction(
  pool: Pool,
  run: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await run(client)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

async function insertEvents(
  client: PoolClient,
  organizationId: string,
  facts: readonly Fact[],
): Promise<void> {
  const head = await client.query<{ last_position: string }>(
    'SELECT last_position FROM event_stream_head WHERE organization_id = $1 FOR UPDATE',
    [organizationId],
  )
  const before = Number(head.rows[0]?.last_position ?? 0)
  const events = facts.map((fact, index) => toEvent(organizationId, fact, before + index + 1))
  await insert(client, 'event', events)
  await client.query('UPDATE event_stream_head SET last_position = $2 WHERE organization_id = $1', [
    organizationId,
    before + facts.length,
  ])
}

function toEvent(organizationId: string, fact: Fact, position: number): object {
  const { at, definition, subjectId, object, previous, facets, actorId } = fact
  const id = newId('event', at.getTime())
  const actor: Actor = actorId === undefined ? { type: 'SYSTEM' } : { type: 'USER', id: actorId }
  return {
    id,
    organizationId,
    position,
    type: definition.type,
    body: serializeEnvelope({
      id,
      type: definition.type,
      organizationId,
      created: toUnixSeconds(at),
      data: {
        object: definition.payload.parse(object),
        ...(previous === undefined ? {} : { previousAttributes: previous }),
      },
      livemode: true,
    }),
    subjectId,
    changedFields: Object.keys(previous ?? {}),
    facets,
    actor,
    created: at,
  }
}
