import type { Config } from '../../config/config.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError } from '../../errors.ts'
import type { WebhookEndpoint } from '../../generated/prisma/client.ts'
import { hastenRetries, skipBuffered, untilPositioned } from './buffered.ts'
import { lockEndpoint, wakeLane } from '../endpoints/endpoint-record.ts'
import type { ResumeEndpointInput, RotateSecretInput } from '../endpoints/commands.ts'
import { addSecret } from '../endpoints/service.ts'

/** Stops sending; events go on being kept for the endpoint. Pausing twice changes nothing. */
export async function pauseEndpoint(
  unit: UnitOfWork,
  input: { id: string },
): Promise<WebhookEndpoint> {
  const endpoint = await lockEndpoint(unit, input.id)
  if (endpoint.status === 'PAUSED') return endpoint
  if (endpoint.status === 'DISABLED') {
    throw new DomainError('A disabled endpoint sends nothing; resume it or leave it', {
      code: 'INVALID_TRANSITION',
      from: endpoint.status,
      allowed: ['ACTIVE'],
    })
  }
  return unit.tx.webhookEndpoint.update({
    where: { id: endpoint.id },
    data: { status: 'PAUSED', updated: unit.now, version: { increment: 1 } },
  })
}

/**
 * Sends again, after a pause or after the system disabled the endpoint: what was kept goes out in
 * order and at once, its retry time starting now, or is cancelled. Resuming an active endpoint
 * changes nothing. What was recorded before and has no place in the line after a second is sent even if
 * the rest is skipped; the answer says so.
 */
export async function resumeEndpoint(
  unit: UnitOfWork,
  input: ResumeEndpointInput,
): Promise<WebhookEndpoint> {
  const isCovered = !input.skipBuffered || (await untilPositioned(unit))
  const endpoint = await lockEndpoint(unit, input.id)
  if (endpoint.status === 'ACTIVE') return endpoint
  unit.leavesBehind = !isCovered
  await unit.tx.deliveryLane.update({
    where: { endpointId: endpoint.id },
    data: { resumedAt: unit.now, consecutiveFailures: 0, failingSince: null, warnedPercent: 0 },
  })
  await wakeLane(unit, endpoint.id)
  if (input.skipBuffered) await skipBuffered(unit, endpoint.id)
  else await hastenRetries(unit, endpoint.id)
  return unit.tx.webhookEndpoint.update({
    where: { id: endpoint.id },
    data: {
      status: 'ACTIVE',
      disabledReason: null,
      updated: unit.now,
      version: { increment: 1 },
    },
  })
}

/**
 * Gives an endpoint a new secret. The present one signs beside it until the grace ends; one that
 * was in its grace already ends now, so that at most two are live.
 */
export async function rotateSecret(
  unit: UnitOfWork,
  config: Config,
  input: RotateSecretInput,
): Promise<{ endpoint: WebhookEndpoint; signingSecret: string }> {
  const before = await lockEndpoint(unit, input.id)
  const graceEnd = new Date(unit.now.getTime() + input.graceSeconds * 1_000)
  await unit.tx.webhookEndpointSecret.deleteMany({
    where: {
      endpointId: before.id,
      ...(input.graceSeconds === 0 ? {} : { expiresAt: { not: null } }),
    },
  })
  await unit.tx.webhookEndpointSecret.updateMany({
    where: { endpointId: before.id },
    data: { expiresAt: graceEnd },
  })
  const signingSecret = await addSecret(unit, config, before.id)
  const endpoint = await unit.tx.webhookEndpoint.update({
    where: { id: before.id },
    data: { updated: unit.now, version: { increment: 1 } },
  })
  return { endpoint, signingSecret }
}
