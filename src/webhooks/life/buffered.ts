import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { type DeliveryLane, Prisma } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'

/*
 * What an endpoint has not been sent yet can be a million deliveries, and a transaction may take ten
 * seconds. So skipping is a mark beside the lane that says "nothing up to here is sent", which holds
 * at once however much it covers, and the deliveries themselves are cancelled batch by batch.
 */

/** Deliveries changed in one transaction. */
const BATCH = 5_000

/** How long the dispatcher may take for what was recorded so far … */
const POSITIONS_MS = 1_000
/** … and how often it is looked whether it is done. */
const POLL_MS = 20

/**
 * Waits until what is recorded stands in the lines of its endpoints: what does not yet cannot be skipped,
 * and would be sent after the answer. Called before anything is locked that the dispatcher needs.
 * Where no worker runs it ends all the same.
 * @returns false when something has no place yet
 */
export async function untilPositioned({ tx, organizationId }: UnitOfWork): Promise<boolean> {
  const deadline = performance.now() + POSITIONS_MS
  const newest = await tx.event.findFirst({
    where: { organizationId, position: null },
    orderBy: { ordinal: 'desc' },
    select: { ordinal: true },
  })
  if (newest === null) return true
  while (performance.now() < deadline) {
    const oldest = await tx.event.findFirst({
      where: { organizationId, position: null, ordinal: { lte: newest.ordinal } },
      select: { ordinal: true },
    })
    if (oldest === null) return true
    await sleep(POLL_MS)
  }
  return false
}

/**
 * Skips everything that waits now: none of it is sent any more, and the next delivery says so. What is more than one batch is
 * cancelled in the background. The endpoint and its lane must be locked.
 */
export async function skipBuffered(unit: UnitOfWork, endpointId: string): Promise<void> {
  const lane = await unit.tx.deliveryLane.findUniqueOrThrow({ where: { endpointId } })
  const { lastSequence } = lane
  const first = await unit.tx.webhookDelivery.findFirst({
    where: { endpointId, status: 'PENDING', sequence: { gt: lane.skippedThrough } },
    orderBy: { sequence: 'asc' },
    select: { sequence: true },
  })
  if (first?.sequence == null) return
  await unit.tx.deliveryLane.update({
    where: { endpointId },
    data: {
      skippedThrough: lastSequence,
      skippedFirst: (await findUntold(unit, lane, first.sequence)) ?? first.sequence,
    },
  })
  await cancelThrough(unit, endpointId, lastSequence)
}

/** What was skipped before is told together with this, if the receiver has got nothing since. */
async function findUntold(
  unit: UnitOfWork,
  { endpointId, skippedFirst, skippedThrough }: DeliveryLane,
  before: bigint,
): Promise<bigint | null> {
  const received = await unit.tx.webhookDelivery.findFirst({
    where: { endpointId, status: 'SUCCEEDED', sequence: { gt: skippedThrough, lt: before } },
    select: { id: true },
  })
  return received === null ? skippedFirst : null
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

/** Goes on cancelling what was skipped, or belongs to deleted endpoints. */
export const skipped = defineSweep({
  name: 'skipped deliveries',
  everyMs: 1_000,
  batch: 1,
  settings: () => undefined,
  due: () => ({
    from: Prisma.sql`webhook_endpoint AS endpoint`,
    id: Prisma.sql`endpoint.id`,
    organization: Prisma.sql`endpoint.organization_id`,
    columns: Prisma.sql`endpoint.cancel_through AS through`,
    where: Prisma.sql`endpoint.cancel_through IS NOT NULL`,
    order: Prisma.sql`endpoint.id`,
    lock: Prisma.sql`FOR NO KEY UPDATE OF endpoint`,
  }),
  async work(unit, rows: { id: string; through: bigint }[]) {
    const left: string[] = []
    for (const { id, through } of rows) {
      const { cancelled, isLeft } = await cancelBatch(unit, id, through)
      if (isLeft) {
        // What is being logged at this moment is left for the next run.
        if (cancelled > 0) left.push(id)
        continue
      }
      await unit.tx.webhookEndpoint.update({ where: { id }, data: { cancelThrough: null } })
    }
    return left
  },
})

/** @returns how many batches were cancelled */
export const cancelSkipped = (backend: Backend) => skipped.at(backend, undefined)

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
