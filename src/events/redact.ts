import { recall } from '../database/memory/recall.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { UnitOfWork } from '../database/unit-of-work.ts'

/**
 * Rewrites what the log has stored about some records: the bodies of their events, the bodies of
 * deliveries that have one of their own, what receivers answered to them, which may quote the event, and
 * kept answers of idempotent mutations. Positions, ids and the order of the log stay. What is still to be sent or streamed goes out
 * without the personal data, also where a process had read it before (database/memory).
 *
 * @param redact changes a payload, or the previous values of one, in place
 */
export async function redactEvents(
  unit: UnitOfWork,
  subjectIds: readonly string[],
  redact: (payload: Record<string, unknown>) => void,
): Promise<void> {
  const { tx, organizationId } = unit
  // Of the organization: pages of its log, and what documents made of any of its records.
  await recall(unit, [...subjectIds, organizationId])
  // Kept for whoever sends the same request again, who is told that it is gone.
  await tx.$executeRaw`
    UPDATE idempotency_record SET answer = NULL
     WHERE organization_id = ${organizationId} AND answer IS NOT NULL
       AND (shown_ids IS NULL OR shown_ids && ${subjectIds}::text[])`
  const events = await tx.$queryRaw<StoredBody[]>`
    SELECT id, body FROM event
     WHERE organization_id = ${organizationId} AND subject_id = ANY(${subjectIds}::text[])`
  if (events.length === 0) return
  await rewrite(unit, Prisma.sql`event`, events, redact)
  // What a document made of an event may hold anything anywhere: the event's own body takes its place.
  // An attempt under way is answered later: whoever logs it sees the mark, or is waited for here.
  const deliveries = await tx.$queryRaw<{ id: string; body: string | null }[]>`
    UPDATE webhook_delivery
       SET redacted_at = ${unit.now}, payload_key = NULL,
           body = CASE WHEN payload_key IS NULL THEN body END
     WHERE organization_id = ${organizationId}
       AND event_id = ANY(${events.map((event) => event.id)}::text[])
     RETURNING id, body`
  // Nor is it known what one that still waits shows of other records: it is made anew.
  await tx.$executeRaw`
    UPDATE webhook_delivery SET body = NULL, payload_key = NULL
     WHERE organization_id = ${organizationId} AND payload_key IS NOT NULL AND status = 'PENDING'
       AND endpoint_id IN (SELECT id FROM webhook_endpoint WHERE organization_id = ${organizationId})`
  if (deliveries.length === 0) return
  const own = deliveries.filter((delivery): delivery is StoredBody => delivery.body !== null)
  if (own.length > 0) await rewrite(unit, Prisma.sql`webhook_delivery`, own, redact)
  await tx.$executeRaw`
    UPDATE webhook_attempt SET response_body = NULL, response_headers = NULL
     WHERE organization_id = ${organizationId}
       AND (response_body IS NOT NULL OR response_headers IS NOT NULL)
       AND delivery_id = ANY(${deliveries.map((delivery) => delivery.id)}::text[])`
}

interface StoredBody {
  id: string
  body: string
}

async function rewrite(
  unit: UnitOfWork,
  table: Prisma.Sql,
  rows: readonly StoredBody[],
  redact: (payload: Record<string, unknown>) => void,
): Promise<void> {
  const bodies = rows.map((row) => redactBody(row.body, redact))
  await unit.tx.$executeRaw`
    UPDATE ${table} AS stored SET body = given.body
      FROM unnest(${rows.map((row) => row.id)}::text[], ${bodies}::text[]) AS given(id, body)
     WHERE stored.id = given.id AND stored.organization_id = ${unit.organizationId}`
}

/** The envelope with its payload and previous values redacted; the order of keys stays. */
function redactBody(body: string, redact: (payload: Record<string, unknown>) => void): string {
  const envelope: unknown = JSON.parse(body)
  const data = isRecord(envelope) ? envelope['data'] : undefined
  if (!isRecord(data)) return body
  for (const key of ['object', 'previousAttributes']) {
    const part = data[key]
    if (isRecord(part)) redact(part)
  }
  return JSON.stringify(envelope)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
