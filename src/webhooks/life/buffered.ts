import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { inOrganizations } from './in-organizations.ts'

/*
 * What an endpoint has not been sent yet can be a million deliveries, and a transaction may take ten
 * seconds. So skipping is a mark beside the lane that says "nothing up to here is sent", which holds
 * at once however much it covers, and the deliveries themselves are cancelled batch by batch.
 */

/** Deliveries changed in one transaction. */
const BATCH = 5_000

/**
 * Skips everything that waits now: none of it is sent any more. What is more than one batch is
 * cancelled in the background. The endpoint and its lane must be locked.
 */
export async function skipBuffered(unit: UnitOfWork, endpointId: string): Promise<void> {
  const lane = await unit.tx.deliveryLane.findUniqueOrThrow({ where: { endpointId } })
  const { lastSequence } = lane
  await unit.tx.deliveryLane.update({
    where: { endpointId },
    data: { skippedThrough: lastSequence },
  })
  await cancelThrough(unit, endpointId, lastSequence)
}

/** Cancels what a locked endpoint has not been sent up to a sequence, for the most part later. */
export async function cancelThrough(
  unit: UnitOfWork,
  endpointId: string,
  through: bigint,
): Promise<void> {
  const { isLeft } = await cancelBatch(unit, endpointId, through)
  if (!isLeft) return
  await unit.tx.webhookEndpoint.update({
    where: { id: endpointId },
    data: { cancelThrough: through },
  })
}

/**
 * What was tried already is due again at once, as far as one batch goes: with ordering ENDPOINT that
 * is the head of the line. The rest keeps the time of its next attempt.
 */
export async function hastenRetries(unit: UnitOfWork, endpointId: string): Promise<void> {
  await unit.tx.$executeRaw`
    UPDATE webhook_delivery SET next_attempt_at = ${unit.now}
     WHERE id IN (SELECT id FROM webhook_delivery
                   WHERE endpoint_id = ${endpointId} AND status = 'PENDING'
                     AND sequence IS NOT NULL AND attempt_count > 0
                   ORDER BY sequence LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`
}

/**
 * Goes on cancelling what was skipped, or belongs to deleted endpoints. Safe on many workers: an
 * endpoint that one of them has in hand is left to it.
 * @returns how many deliveries were cancelled
 */
export function cancelSkipped(backend: Backend): Promise<number> {
  const text = 'SELECT organization_id FROM webhook_endpoint WHERE cancel_through IS NOT NULL'
  return inOrganizations(backend, { text, values: [] }, async (unit) => {
    const [endpoint] = await unit.tx.$queryRaw<{ id: string; through: bigint }[]>`
      SELECT id, cancel_through AS through FROM webhook_endpoint
       WHERE organization_id = ${unit.organizationId} AND cancel_through IS NOT NULL
       ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`
    if (endpoint === undefined) return 0
    const { cancelled, isLeft } = await cancelBatch(unit, endpoint.id, endpoint.through)
    if (isLeft) return cancelled
    await unit.tx.webhookEndpoint.update({
      where: { id: endpoint.id },
      data: { cancelThrough: null },
    })
    return Math.max(cancelled, 1)
  })
}

/** Deliveries that are being logged at this moment are left for the next batch. */
async function cancelBatch(
  unit: UnitOfWork,
  endpointId: string,
  through: bigint,
): Promise<{ cancelled: number; isLeft: boolean }> {
  const cancelled = await unit.tx.$executeRaw`
    UPDATE webhook_delivery
       SET status = 'CANCELLED', completed_at = ${unit.now}, next_attempt_at = NULL
     WHERE id IN (SELECT id FROM webhook_delivery
                   WHERE endpoint_id = ${endpointId} AND status = 'PENDING'
                     AND sequence IS NOT NULL AND sequence <= ${through}
                   ORDER BY sequence LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`
  const left = await unit.tx.webhookDelivery.findFirst({
    where: { endpointId, status: 'PENDING', sequence: { lte: through } },
    select: { id: true },
  })
  return { cancelled, isLeft: left !== null }
}
