import type { PoolClient } from 'pg'
import { LRUCache } from 'lru-cache'
import { newId } from '../../database/ids.ts'
import type { PositionedEvent } from '../../events/dispatch.ts'
import { compileSelection, type Selectable } from '../../events/match.ts'
import { storedFilter } from '../../event-log/filter.ts'
import { isAboutSending } from '../life/life-events.ts'

/** Rows per INSERT: bounds the time for which the process does nothing else. */
const CHUNK = 4_000

interface Compiled {
  version: number
  matches: (event: Selectable) => boolean
}

/** Compiled selections by endpoint. */
export type SelectionCache = Pick<LRUCache<string, Compiled>, 'get' | 'set'>

/** Selections kept; the one not used for longest makes room. */
const MAX_COMPILED = 20_000

export const openSelectionCache = (max = MAX_COMPILED): SelectionCache => new LRUCache({ max })

/** Deliveries of one endpoint in the order of the log. */
export interface Share {
  endpointId: string
  events: PositionedEvent[]
}

/** Which endpoints get which events. */
export function shareOut(
  endpoints: readonly Endpoint[],
  events: readonly PositionedEvent[],
): Share[] {
  const byOrganization = Map.groupBy(events, (event) => event.organizationId)
  const shares: Share[] = []
  for (const { id, organizationId, matches } of endpoints) {
    const matching = (byOrganization.get(organizationId) ?? []).filter(matches)
    if (matching.length > 0) shares.push({ endpointId: id, events: matching })
  }
  return shares
}

export interface Endpoint extends Compiled {
  id: string
  organizationId: string
}

/** The organizations' endpoints; what was compiled from the same version is not read again. */
export async function readEndpoints(
  client: PoolClient,
  organizationIds: readonly string[],
  compiled: SelectionCache,
): Promise<Endpoint[]> {
  const found = await client.query<{ id: string; organization_id: string; version: number }>({
    name: 'fan-out-endpoints',
    text: `SELECT id, organization_id, version FROM webhook_endpoint
            WHERE organization_id = ANY($1) AND deleted_at IS NULL`,
    values: [organizationIds],
  })
  // In hand before others are compiled, which may make them leave the cache.
  const selections = new Map<string, Compiled>()
  const changed: string[] = []
  for (const { id, version } of found.rows) {
    const known = compiled.get(id)
    if (known?.version === version) selections.set(id, known)
    else changed.push(id)
  }
  for (const [id, made] of await compileEndpoints(client, changed)) {
    compiled.set(id, made)
    selections.set(id, made)
  }
  return found.rows.flatMap((row) => {
    const selection = selections.get(row.id)
    return selection === undefined
      ? []
      : [{ ...selection, id: row.id, organizationId: row.organization_id }]
  })
}

async function compileEndpoints(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, Compiled>> {
  const made = new Map<string, Compiled>()
  if (ids.length === 0) return made
  const found = await client.query<{
    id: string
    version: number
    event_types: string[]
    filter: unknown
    changed_fields: string[]
  }>({
    name: 'fan-out-selections',
    text: 'SELECT id, version, event_types, filter, changed_fields FROM webhook_endpoint WHERE id = ANY($1)',
    values: [ids],
  })
  for (const row of found.rows) {
    const isSelected = compileSelection({
      types: row.event_types,
      filter: storedFilter(row.filter),
      changedFields: row.changed_fields,
    })
    made.set(row.id, {
      version: row.version,
      // Nobody is told about themselves: see life-events.ts.
      matches: (event) =>
        isSelected(event) && !(event.subjectId === row.id && isAboutSending(event.type)),
    })
  }
  return made
}

/** @returns endpoints that have something to send now. */
export async function writeShares(client: PoolClient, shares: readonly Share[]): Promise<string[]> {
  const ready = await Promise.all(chunksOf(shares).map((chunk) => insertDeliveries(client, chunk)))
  return ready.flat()
}

/** Whole shares together until a chunk is full: an endpoint's sequence is raised once per chunk. */
function chunksOf(shares: readonly Share[]): Share[][] {
  const chunks: Share[][] = []
  let chunk: Share[] = []
  let rows = 0
  // The statement below takes its locks in this order, and so does every other one on lanes.
  for (const share of shares.toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1))) {
    chunk.push(share)
    rows += share.events.length
    if (rows < CHUNK) continue
    chunks.push(chunk)
    chunk = []
    rows = 0
  }
  if (chunk.length > 0) chunks.push(chunk)
  return chunks
}

/**
 * Raises the sequences and inserts the deliveries in one statement.
 *
 * A lane that waits for the next try of its head (ordering ENDPOINT, wake_at ahead) keeps sleeping:
 * whatever is new stands behind the head. A claimed lane is marked `woken`, which its worker cannot
 * overlook when it lets go. An endpoint deleted meanwhile has no lane, and so gets no deliveries.
 * @returns endpoints that have something to send now.
 */
async function insertDeliveries(client: PoolClient, shares: readonly Share[]): Promise<string[]> {
  const events = [...new Set(shares.flatMap((share) => share.events))]
  const numbers = new Map(events.map((event, index) => [event, index + 1]))
  const ids: string[] = []
  const shareNumbers: number[] = []
  const eventNumbers: number[] = []
  for (const [index, share] of shares.entries()) {
    for (const event of share.events) {
      ids.push(newId('webhookDelivery'))
      shareNumbers.push(index + 1)
      eventNumbers.push(numbers.get(event) ?? 0)
    }
  }
  const result = await client.query<{ endpoint_id: string; ready: boolean }>({
    name: 'fan-out-insert',
    text: `
      WITH moment AS (
        -- Columns hold milliseconds and round: half of them would lie ahead and not be due yet.
        SELECT date_trunc('milliseconds', now()) AS now),
      share AS (
        SELECT * FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS share(endpoint_id, count, number)),
      locked AS (
        SELECT lane.endpoint_id FROM delivery_lane AS lane WHERE lane.endpoint_id = ANY($1)
         ORDER BY lane.endpoint_id FOR UPDATE),
      bumped AS (
        UPDATE delivery_lane AS lane
           SET last_sequence = lane.last_sequence + share.count,
               woken = lane.worker_id IS NOT NULL,
               -- A free lane that is due stays due since when it was: the sweep goes by that.
               wake_at = CASE WHEN lane.worker_id IS NULL
                               AND (lane.wake_at <= now() OR endpoint.ordering = 'ENDPOINT')
                              THEN coalesce(lane.wake_at, moment.now) ELSE moment.now END
          FROM moment, locked JOIN share USING (endpoint_id)
               JOIN webhook_endpoint AS endpoint ON endpoint.id = share.endpoint_id
         WHERE lane.endpoint_id = locked.endpoint_id
        RETURNING lane.endpoint_id, lane.organization_id, share.number,
                  lane.last_sequence - share.count AS base,
                  lane.wake_at <= now() AND endpoint.status = 'ACTIVE' AS ready),
      written AS (
        INSERT INTO webhook_delivery
               (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence,
                due_at, next_attempt_at)
        SELECT given.id, bumped.organization_id, bumped.endpoint_id, event.id, event.type,
               event.subject_id,
               bumped.base + row_number() OVER (PARTITION BY given.share ORDER BY given.nth),
               moment.now, moment.now
          FROM moment, unnest($3::text[], $4::int[], $5::int[]) WITH ORDINALITY AS given(id, share, event, nth)
          JOIN bumped ON bumped.number = given.share
          JOIN unnest($6::text[], $7::text[], $8::text[]) WITH ORDINALITY
               AS event(id, type, subject_id, number) ON event.number = given.event)
      SELECT endpoint_id, ready FROM bumped`,
    values: [
      shares.map((share) => share.endpointId),
      shares.map((share) => share.events.length),
      ids,
      shareNumbers,
      eventNumbers,
      events.map((event) => event.id),
      events.map((event) => event.type),
      events.map((event) => event.subjectId),
    ],
  })
  return result.rows.filter((row) => row.ready).map((row) => row.endpoint_id)
}
