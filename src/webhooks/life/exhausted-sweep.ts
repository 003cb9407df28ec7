import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { record } from '../../events/record.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import { isAboutSending, serializeExhausted, webhookDeliveryExhausted } from './life-events.ts'

/**
 * Records webhook.delivery.exhausted for every delivery that was given up, once each: a delivery is
 * locked, told of and marked in one transaction. Giving up on an event about sending is not told of,
 * see life-events.ts.
 */
export const exhausted = defineSweep({
  name: 'exhausted deliveries',
  everyMs: 1_000,
  batch: 200,
  settings: () => undefined,
  due: () => ({
    from: Prisma.sql`webhook_delivery AS delivery`,
    id: Prisma.sql`delivery.id`,
    organization: Prisma.sql`delivery.organization_id`,
    where: Prisma.sql`delivery.status = 'EXHAUSTED' AND delivery.sequence IS NOT NULL AND NOT delivery.told`,
    order: Prisma.sql`delivery.completed_at, delivery.id`,
    lock: Prisma.sql`FOR UPDATE OF delivery`,
  }),
  work: tell,
})

/** @returns how many deliveries it looked at */
export const tellExhausted = (backend: Backend) => exhausted.at(backend, undefined)

async function tell(unit: UnitOfWork, rows: { id: string }[]): Promise<void> {
  const where = { id: { in: rows.map((row) => row.id) } }
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
}
