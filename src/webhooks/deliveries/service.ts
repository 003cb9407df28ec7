import type { Pool } from 'pg'
import { newId } from '../../database/ids.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { serializeEnvelope, toUnixSeconds } from '../../events/envelope.ts'
import type { WebhookDelivery } from '../../generated/prisma/client.ts'
import { lockEndpoint, wakeLane } from '../endpoints/endpoint-record.ts'
import { webhookTest } from '../../event-log/test-event.ts'
import type { RetryDeliveriesInput } from './commands.ts'
import { attemptNowJob } from '../jobs.ts'
import { findInFlight } from './in-flight.ts'

/** Asks for one attempt of a test event, whatever the endpoint's status. */
export async function testEndpoint(
  unit: UnitOfWork,
  input: { id: string },
): Promise<WebhookDelivery> {
  const endpoint = await lockEndpoint(unit, input.id)
  const eventId = newId('testEvent', unit.now.getTime())
  const delivery = await unit.tx.webhookDelivery.create({
    data: {
      id: newId('webhookDelivery', unit.now.getTime()),
      organizationId: unit.organizationId,
      endpointId: endpoint.id,
      eventId,
      eventType: webhookTest.type,
      subjectId: endpoint.id,
      body: serializeEnvelope({
        id: eventId,
        type: webhookTest.type,
        organizationId: unit.organizationId,
        created: toUnixSeconds(unit.now),
        data: { object: webhookTest.example },
        isTest: true,
        livemode: false,
      }),
      dueAt: unit.now,
      nextAttemptAt: unit.now,
      created: unit.now,
    },
  })
  unit.afterCommit(() => unit.queue.enqueueSoon(attemptNowJob, delivery.id, delivery.id))
  return delivery
}

/** Tries a delivery now, as `retryDeliveries` does. */
export async function retryDelivery(
  unit: UnitOfWork,
  input: { id: string },
): Promise<WebhookDelivery> {
  const [delivery] = await retryAll(unit, [input.id], () => ['input', 'id'])
  if (delivery === undefined) throw notFound('Delivery', input.id)
  return delivery
}

/**
 * Tries deliveries now: pending ones at the next turn of their lane, in order; any other once,
 * outside the order, whatever the endpoint's status. All of them or none.
 * @returns them in the order in which they were asked for
 * @throws DomainError NOT_FOUND, also when an endpoint was deleted; IN_FLIGHT
 */
export function retryDeliveries(
  unit: UnitOfWork,
  input: RetryDeliveriesInput,
): Promise<WebhookDelivery[]> {
  return retryAll(unit, input.ids, (index) => ['input', 'ids', String(index)])
}

async function retryAll(
  unit: UnitOfWork,
  ids: readonly string[],
  pathOf: (index: number) => string[],
): Promise<WebhookDelivery[]> {
  const found = await unit.tx.webhookDelivery.findMany({ where: { id: { in: [...ids] } } })
  const endpointIds = new Map(found.map((delivery) => [delivery.id, delivery.endpointId]))
  for (const [index, id] of ids.entries()) {
    if (endpointIds.has(id)) continue
    throw new DomainError(`Delivery ${id} was not found`, { code: 'NOT_FOUND', id }, pathOf(index))
  }
  for (const { id, sequence, eventType } of found) {
    if (sequence !== null || eventType === webhookTest.type) continue
    const message = 'A question to a hook is asked once: its time has passed'
    throw new DomainError(message, { code: 'VALIDATION' }, pathOf(ids.indexOf(id)))
  }
  // In the order of their ids, like everywhere.
  for (const endpointId of [...new Set(endpointIds.values())].toSorted()) {
    const index = ids.findIndex((id) => endpointIds.get(id) === endpointId)
    await demandEndpoint(unit, endpointId, ids[index] ?? '', pathOf(index))
  }
  await demandIdle(unit, ids, pathOf)
  const data = { nextAttemptAt: unit.now }
  const inLine = await unit.tx.webhookDelivery.updateManyAndReturn({
    where: { id: { in: [...ids] }, status: 'PENDING', sequence: { not: null } },
    data,
    select: { id: true, endpointId: true },
  })
  for (const endpointId of new Set(inLine.map((delivery) => delivery.endpointId))) {
    await wakeLane(unit, endpointId)
  }
  const waits = new Set(inLine.map((delivery) => delivery.id))
  const outside = ids.filter((id) => !waits.has(id))
  await unit.tx.webhookDelivery.updateMany({ where: { id: { in: outside } }, data })
  unit.afterCommit(() => {
    for (const id of outside) unit.queue.enqueueSoon(attemptNowJob, id, id)
  })
  const fresh = await unit.tx.webhookDelivery.findMany({ where: { id: { in: [...ids] } } })
  const byId = new Map(fresh.map((delivery) => [delivery.id, delivery]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** One that is being sent would not be sent again: it is retried, or not, by what comes of it. */
async function demandIdle(
  unit: UnitOfWork,
  ids: readonly string[],
  pathOf: (index: number) => string[],
): Promise<void> {
  const inFlight = await findInFlight(unit, ids)
  const index = ids.findIndex((id) => inFlight.has(id))
  if (index < 0) return
  throw new DomainError(
    `Delivery ${ids[index]} is in flight: nothing was retried; ask again when its attempt has ended`,
    { code: 'IN_FLIGHT', ids: ids.filter((id) => inFlight.has(id)) },
    pathOf(index),
  )
}

async function demandEndpoint(
  unit: UnitOfWork,
  endpointId: string,
  deliveryId: string,
  path: string[],
): Promise<void> {
  try {
    await lockEndpoint(unit, endpointId)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw new DomainError(
      `The endpoint of delivery ${deliveryId} was deleted`,
      { code: 'NOT_FOUND', id: endpointId },
      path,
    )
  }
}

const POLL_MS = 25

/** Waits until a delivery has been tried; false when the time was up first. */
export async function waitForAttempt(
  pool: Pool,
  deliveryId: string,
  timeoutMs: number,
): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const result = await pool.query<{ tried: boolean }>({
      name: 'wait-for-attempt',
      text: 'SELECT attempt_count > 0 AS tried FROM webhook_delivery WHERE id = $1',
      values: [deliveryId],
    })
    if (result.rows[0]?.tried === true) return true
    if (Date.now() >= deadlineMs) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
