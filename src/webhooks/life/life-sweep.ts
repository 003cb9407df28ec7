import type { WebhookConfig } from '../../config/config.ts'
import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { record } from '../../events/record.ts'
import { type DeliveryLane, Prisma, type WebhookEndpoint } from '../../generated/prisma/client.ts'
import { defineSweep } from '../../sweep/define.ts'
import {
  serializeDisabled,
  serializeFailing,
  webhookEndpointDisabled,
  webhookEndpointFailing,
} from './life-events.ts'

type Settings = Pick<WebhookConfig, 'disableAfterMs' | 'disableSpreadMs'>

/** Parts of the time until an endpoint is disabled, in percent, at which its owners are warned. */
const WARNINGS = [90, 70, 50] as const
/**
 * Warns of endpoints that do nothing but fail, disables them when their time is over, and tells of
 * those that were disabled for another reason. Once each, on however many workers: what was told is
 * kept beside the endpoint and changes in the transaction that tells it.
 *
 * A sweep that comes late tells only of the last warning passed: it says what the others would.
 */
export const endpointLife = defineSweep({
  name: 'webhook endpoint life',
  everyMs: 1_000,
  batch: 50,
  settings: ({ webhooks }): Settings => webhooks,
  due: (now, { disableAfterMs, disableSpreadMs }) => ({
    from: Prisma.sql`
      delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id`,
    id: Prisma.sql`endpoint.id`,
    organization: Prisma.sql`endpoint.organization_id`,
    where: Prisma.sql`
      endpoint.deleted_at IS NULL AND lane.warned_percent < 100
      AND (endpoint.status = 'DISABLED' OR (
        endpoint.status = 'ACTIVE' AND ${now}::timestamptz - lane.failing_since >= interval '1 millisecond'
          * ${disableAfterMs}::float8 * CASE WHEN lane.warned_percent >= 90 THEN 1.0 WHEN lane.warned_percent >= 70 THEN 0.9
                              WHEN lane.warned_percent >= 50 THEN 0.7 ELSE 0.5 END
        AND (lane.warned_percent < 90
             OR lane.last_failure_at - lane.failing_since >= interval '1 millisecond' * ${disableSpreadMs}::float8)))`,
    order: Prisma.sql`endpoint.id`,
    // Endpoint first, lane second, as everywhere; an endpoint that somebody has is left to them.
    lock: Prisma.sql`FOR UPDATE OF endpoint`,
  }),
  work: sweepBatch,
})

/** @returns how many endpoints it looked at */
export const sweepEndpointLife = (backend: Backend, settings: Settings, now?: Date) =>
  endpointLife.at(backend, settings, now)

async function sweepBatch(
  unit: UnitOfWork,
  rows: { id: string }[],
  settings: Settings,
): Promise<void> {
  const ids = rows.map((row) => row.id)
  await unit.tx
    .$executeRaw`SELECT 1 FROM delivery_lane WHERE endpoint_id = ANY(${ids}) ORDER BY endpoint_id FOR UPDATE`
  const endpoints = await unit.tx.webhookEndpoint.findMany({
    where: { id: { in: ids } },
    include: { lane: true },
    orderBy: { id: 'asc' },
  })
  for (const { lane, ...endpoint } of endpoints) {
    if (lane !== null) await sweepOne(unit, settings, endpoint, lane)
  }
}

/** What was found may be over by now. */
async function sweepOne(
  unit: UnitOfWork,
  settings: Settings,
  endpoint: WebhookEndpoint,
  lane: DeliveryLane,
): Promise<void> {
  if (endpoint.status === 'DISABLED') {
    await tellDisabled(unit, endpoint, lane)
    return
  }
  const { failingSince, lastFailureAt } = lane
  if (endpoint.status !== 'ACTIVE' || failingSince === null) return
  const failingMs = unit.now.getTime() - failingSince.getTime()
  const spreadMs = (lastFailureAt ?? failingSince).getTime() - failingSince.getTime()
  if (failingMs >= settings.disableAfterMs && spreadMs >= settings.disableSpreadMs) {
    const disabled = await unit.tx.webhookEndpoint.update({
      where: { id: endpoint.id },
      data: {
        status: 'DISABLED',
        disabledReason: `Every attempt has failed since ${failingSince.toISOString()}.`,
        updated: unit.now,
        version: { increment: 1 },
      },
    })
    await tellDisabled(unit, disabled, lane)
    return
  }
  const percent = WARNINGS.find((each) => failingMs >= (settings.disableAfterMs * each) / 100)
  if (percent === undefined || percent <= lane.warnedPercent) return
  record(unit, webhookEndpointFailing, {
    subjectId: endpoint.id,
    object: serializeFailing(endpoint, { ...lane, failingSince }, percent, settings.disableAfterMs),
    facets: {},
  })
  await markWarned(unit, endpoint.id, percent)
}

async function tellDisabled(
  unit: UnitOfWork,
  endpoint: WebhookEndpoint,
  lane: DeliveryLane,
): Promise<void> {
  const reason = endpoint.disabledReason ?? 'Disabled.'
  record(unit, webhookEndpointDisabled, {
    subjectId: endpoint.id,
    object: serializeDisabled(endpoint, lane, reason, endpoint.updated),
    facets: {},
  })
  await markWarned(unit, endpoint.id, 100)
}

async function markWarned(
  unit: UnitOfWork,
  endpointId: string,
  warnedPercent: number,
): Promise<void> {
  await unit.tx.deliveryLane.update({ where: { endpointId }, data: { warnedPercent } })
}
