import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { record } from '../../events/record.ts'
import { inOrganizations } from './in-organizations.ts'
import { isAboutSending, serializeExhausted, webhookDeliveryExhausted } from './life-events.ts'

/** Deliveries per transaction. */
const BATCH = 200

/**
 * Records webhook.delivery.exhausted for every delivery that was given up, once each: a delivery is
 * locked, told of and marked in one transaction, and whoever finds it locked leaves it. Giving up on
 * an event about sending is not told of, see life-events.ts.
 * @returns how many deliveries it looked at
 */
export function tellExhausted(backend: Backend): Promise<number> {
  const text = `SELECT organization_id FROM webhook_delivery
                 WHERE status = 'EXHAUSTED' AND sequence IS NOT NULL AND NOT told`
  return inOrganizations(backend, { text, values: [] }, tellBatch)
}

async function tellBatch(unit: UnitOfWork): Promise<number> {
  const locked = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM webhook_delivery
     WHERE organization_id = ${unit.organizationId} AND status = 'EXHAUSTED'
       AND sequence IS NOT NULL AND NOT told
     ORDER BY completed_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`
  if (locked.length === 0) return 0
  const where = { id: { in: locked.map((row) => row.id) } }
  const deliveries = await unit.tx.webhookDelivery.findMany({
    where,
    orderBy: [{ completedAt: 'asc' }, { endpointId: 'asc' }, { sequence: 'asc' }],
  })
  const endpoints = await unit.tx.webhookEndpoint.findMany({
    where: { id: { in: [...new Set(deliveries.map((delivery) => delivery.endpointId))] } },
    select: { id: true, name: true, url: true },
  })
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]))
  for (const delivery of deliveries) {
    const endpoint = byId.get(delivery.endpointId)
    if (endpoint === undefined || isAboutSending(delivery.eventType)) continue
    record(unit, webhookDeliveryExhausted, {
      subjectId: endpoint.id,
      object: serializeExhausted(endpoint, delivery, unit.now),
      facets: {},
    })
  }
  await unit.tx.webhookDelivery.updateMany({ where, data: { told: true } })
  return deliveries.length
}
