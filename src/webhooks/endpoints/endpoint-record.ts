import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { notFound } from '../../errors.ts'
import type { WebhookEndpoint } from '../../generated/prisma/client.ts'
import { laneJob } from '../jobs.ts'

/**
 * Locks an endpoint and its lane, in this order and before any delivery: the delivery engine takes
 * its locks in the same order, so that neither can wait for the other in a circle.
 * @throws DomainError NOT_FOUND
 */
export async function lockEndpoint(
  unit: UnitOfWork,
  id: string,
  field = 'id',
): Promise<WebhookEndpoint> {
  const isThere = await lockRow(unit, 'webhookEndpoint', id)
  const endpoint = isThere ? await unit.tx.webhookEndpoint.findUnique({ where: { id } }) : null
  if (endpoint === null || endpoint.deletedAt !== null)
    throw notFound('Webhook endpoint', id, field)
  await unit.tx
    .$executeRaw`SELECT 1 FROM delivery_lane WHERE endpoint_id = ${id} AND organization_id = ${unit.organizationId} FOR UPDATE`
  return endpoint
}

/**
 * Gives a locked lane work: seen by whoever holds it before letting go, by whoever claims it
 * otherwise. The job is only the hint that makes it happen at once.
 */
export async function wakeLane(unit: UnitOfWork, endpointId: string): Promise<void> {
  await unit.tx
    .$executeRaw`UPDATE delivery_lane SET wake_at = date_trunc('milliseconds', now()), woken = worker_id IS NOT NULL
                  WHERE endpoint_id = ${endpointId} AND organization_id = ${unit.organizationId}`
  unit.afterCommit(() => unit.queue.enqueueSoon(laneJob, endpointId, endpointId))
}
