import type { WebhookConfig } from '../../config/config.ts'
import type { Backend, UnitOfWork } from '../../database/unit-of-work.ts'
import { record } from '../../events/record.ts'
import type { DeliveryLane, WebhookEndpoint } from '../../generated/prisma/client.ts'
import { inOrganizations } from './in-organizations.ts'
import {
  serializeDisabled,
  serializeFailing,
  webhookEndpointDisabled,
  webhookEndpointFailing,
} from './life-events.ts'

type Settings = Pick<WebhookConfig, 'disableAfterMs' | 'disableSpreadMs'>

/** Parts of the time until an endpoint is disabled, in percent, at which its owners are warned. */
const WARNINGS = [90, 70, 50] as const
/** Endpoints per transaction. */
const BATCH = 50

/**
 * Warns of endpoints that do nothing but fail, disables them when their time is over, and tells of
 * those that were disabled for another reason. Once each, on however many workers: what was told is
 * kept beside the endpoint and changes in the transaction that tells it.
 *
 * A sweep that comes late tells only of the last warning passed: it says what the others would.
 * @returns how many endpoints it warned of or told of
 */
export function sweepEndpointLife(
  backend: Backend,
  settings: Settings,
  now = new Date(),
): Promise<number> {
  const values = [now, settings.disableAfterMs, settings.disableSpreadMs]
  const text = `SELECT endpoint.organization_id ${DUE}`
  return inOrganizations(backend, { text, values }, (unit) =>
    sweepBatch({ ...unit, now }, settings),
  )
}

/** $1 the moment, $2 time until disabling, $3 least spread of the failures, both in milliseconds. */
const DUE = `
  FROM delivery_lane AS lane JOIN webhook_endpoint AS endpoint ON endpoint.id = lane.endpoint_id
 WHERE endpoint.deleted_at IS NULL AND lane.warned_percent < 100
   AND (endpoint.status = 'DISABLED' OR (
     endpoint.status = 'ACTIVE' AND $1::timestamptz - lane.failing_since >= interval '1 millisecond'
       * $2::float8 * CASE WHEN lane.warned_percent >= 90 THEN 1.0 WHEN lane.warned_percent >= 70 THEN 0.9
                           WHEN lane.warned_percent >= 50 THEN 0.7 ELSE 0.5 END
     AND (lane.warned_percent < 90
          OR lane.last_failure_at - lane.failing_since >= interval '1 millisecond' * $3::float8)))`

async function sweepBatch(unit: UnitOfWork, settings: Settings): Promise<number> {
  // Endpoint first, lane second, as everywhere; an endpoint that somebody has is left to them.
  const locked = await unit.tx.$queryRawUnsafe<{ id: string }[]>(
    `SELECT endpoint.id ${DUE} AND endpoint.organization_id = $4
      ORDER BY endpoint.id LIMIT ${BATCH} FOR UPDATE OF endpoint SKIP LOCKED`,
    unit.now,
    settings.disableAfterMs,
    settings.disableSpreadMs,
    unit.organizationId,
  )
  if (locked.length === 0) return 0
  const ids = locked.map((row) => row.id)
  await unit.tx
    .$executeRaw`SELECT 1 FROM delivery_lane WHERE endpoint_id = ANY(${ids}) ORDER BY endpoint_id FOR UPDATE`
  const endpoints = await unit.tx.webhookEndpoint.findMany({
    where: { id: { in: ids } },
    include: { lane: true },
    orderBy: { id: 'asc' },
  })
  let told = 0
  for (const { lane, ...endpoint } of endpoints) {
    if (lane !== null && (await sweepOne(unit, settings, endpoint, lane))) told++
  }
  return told
}

/** @returns whether there was something to tell; what was found may be over by now. */
async function sweepOne(
  unit: UnitOfWork,
  settings: Settings,
  endpoint: WebhookEndpoint,
  lane: DeliveryLane,
): Promise<boolean> {
  if (endpoint.status === 'DISABLED') {
    await tellDisabled(unit, endpoint, lane)
    return true
  }
  const { failingSince, lastFailureAt } = lane
  if (endpoint.status !== 'ACTIVE' || failingSince === null) return false
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
    return true
  }
  const percent = WARNINGS.find((each) => failingMs >= (settings.disableAfterMs * each) / 100)
  if (percent === undefined || percent <= lane.warnedPercent) return false
  record(unit, webhookEndpointFailing, {
    subjectId: endpoint.id,
    object: serializeFailing(endpoint, { ...lane, failingSince }, percent, settings.disableAfterMs),
    facets: {},
  })
  await markWarned(unit, endpoint.id, percent)
  return true
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
