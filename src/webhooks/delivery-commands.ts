import type { Pool } from 'pg'
import { newId } from '../db/ids.ts'
import type { UnitOfWork } from '../db/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../errors.ts'
import { serializeEnvelope, toUnixSeconds } from '../events/envelope.ts'
import type { WebhookDelivery } from '../generated/prisma/client.ts'
import { lockEndpoint, wakeLane } from './endpoint-record.ts'
import { webhookTest } from './events.ts'
import type { IdInput } from './input.ts'
import { attemptNowJob } from './jobs.ts'

/** Asks for one attempt of a test event, whatever the endpoint's status. */
export async function testEndpoint(unit: UnitOfWork, input: IdInput): Promise<WebhookDelivery> {
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

/**
 * Tries a delivery now: a pending one at the next turn of its lane, in order; any other once,
 * outside the order, whatever the endpoint's status.
 * @throws DomainError NOT_FOUND, also when its endpoint was deleted
 */
export async function retryDelivery(unit: UnitOfWork, input: IdInput): Promise<WebhookDelivery> {
  const { id } = input
  const found = await unit.tx.webhookDelivery.findUnique({ where: { id } })
  if (found === null) throw notFound('Delivery', id)
  if (found.sequence === null && found.eventType !== webhookTest.type) {
    throw invalid('A question to a hook is asked once: its time has passed', 'id')
  }
  await demandEndpoint(unit, found)
  const data = { nextAttemptAt: unit.now }
  const pending = await unit.tx.webhookDelivery.updateMany({
    where: { id, status: 'PENDING', sequence: { not: null } },
    data,
  })
  if (pending.count > 0) {
    await wakeLane(unit, found.endpointId)
  } else {
    await unit.tx.webhookDelivery.update({ where: { id }, data })
    unit.afterCommit(() => unit.queue.enqueueSoon(attemptNowJob, id, id))
  }
  return unit.tx.webhookDelivery.findUniqueOrThrow({ where: { id } })
}

async function demandEndpoint(unit: UnitOfWork, delivery: WebhookDelivery): Promise<void> {
  try {
    await lockEndpoint(unit, delivery.endpointId)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw new DomainError(
      `The endpoint of delivery ${delivery.id} was deleted`,
      { code: 'NOT_FOUND', id: delivery.endpointId },
      ['input', 'id'],
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
