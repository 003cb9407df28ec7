import type { Pool } from 'pg'
import type { EndpointTerms } from '../../webhooks/endpoints/endpoint-terms.ts'
import { reducePayload } from '../../webhooks/payloads/reduce-payload.ts'

interface Reducible {
  id: string
  subjectId: string
  body: string
  wholeBytes: number | null | undefined
}

/**
 * Puts reduced bodies in the place of those that are larger than the endpoint takes, and stores them:
 * every attempt has the same bytes, and they are shown, whatever becomes of the limit. Nothing is
 * stored for an endpoint that was changed meanwhile; then none of it is sent (memory-lease.ts).
 */
export async function reduceLarge(
  pool: Pool,
  { endpointId, version, maxBodyBytes }: EndpointTerms,
  deliveries: readonly Reducible[],
): Promise<void> {
  if (maxBodyBytes === undefined) return
  const large = new Map<string, Reducible>()
  for (const delivery of deliveries) {
    const reduced = reducePayload(delivery.body, delivery.subjectId, maxBodyBytes)
    if (reduced === undefined) continue
    delivery.body = reduced.body
    large.set(delivery.id, delivery)
  }
  if (large.size === 0) return
  const stored = await pool.query<{ id: string; wholeBytes: number | null }>({
    name: 'payload-reduce',
    text: `WITH endpoint AS MATERIALIZED (
             SELECT id FROM webhook_endpoint WHERE id = $3 AND version = $4 FOR SHARE)
           UPDATE webhook_delivery AS delivery SET body = given.body, payload_key = 'reduced'
             FROM unnest($1::text[], $2::text[]) AS given(id, body)
            WHERE delivery.id = given.id AND EXISTS (SELECT FROM endpoint)
           RETURNING delivery.id, (SELECT octet_length(event.body) FROM event
                                    WHERE event.id = delivery.event_id) AS "wholeBytes"`,
    values: [
      [...large.keys()],
      Array.from(large.values(), (delivery) => delivery.body),
      endpointId,
      version,
    ],
  })
  for (const { id, wholeBytes } of stored.rows) {
    const delivery = large.get(id)
    if (delivery !== undefined) delivery.wholeBytes = wholeBytes ?? undefined
  }
}
