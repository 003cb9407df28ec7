import { OPEN_WORK } from '../../assets/rules.ts'
import { type Backend, transaction, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Plan } from '../../../generated/prisma/enums.ts'
import { createWorkOrder } from '../../work-orders/service/create.ts'

/** Rules answered per run; the next one finds the rest. */
const LIMIT = 100

/**
 * Opens a work order for every rule whose threshold has been exceeded for long enough. One per
 * breach, and none while an earlier one of the rule is still open. A sensor that has fallen silent
 * says nothing about how things are now, so it has to come back first.
 * @returns how many were opened.
 */
export async function answerBreaches(backend: Backend, now = new Date()): Promise<number> {
  const { rows } = await backend.database.pool.query<{
    id: string
    organization_id: string
    plan: Plan
  }>(
    `SELECT rule.id, rule.organization_id, organization.plan
       FROM sensor_rule AS rule
       JOIN organization ON organization.id = rule.organization_id
       JOIN sensor ON sensor.id = rule.sensor_id AND sensor.state <> 'OFFLINE'
       LEFT JOIN work_order ON work_order.id = rule.work_order_id
      WHERE rule.active AND rule.breached_since IS NOT NULL AND rule.answered_at IS NULL
        AND rule.breached_since + make_interval(secs => rule.for_seconds) <= $1
        AND (work_order.id IS NULL OR work_order.status::text <> ALL($2))
      ORDER BY rule.breached_since LIMIT ${LIMIT}`,
    [now, OPEN_WORK],
  )
  let opened = 0
  for (const { id, organization_id: organizationId, plan } of rows) {
    const answered = await transaction(backend, { kind: 'system', organizationId, plan }, (unit) =>
      answer(unit, id, now),
    )
    if (answered) opened += 1
  }
  return opened
}

/** Decides again under lock: readings or another worker may have come in between. */
async function answer(unit: UnitOfWork, ruleId: string, now: Date): Promise<boolean> {
  const locked = await unit.tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM sensor_rule WHERE id = ${ruleId} AND organization_id = ${unit.organizationId}
       FOR UPDATE SKIP LOCKED`)
  if (locked.length === 0) return false
  const rule = await unit.tx.sensorRule.findUniqueOrThrow({
    where: { id: ruleId },
    include: {
      workOrder: { select: { status: true } },
      sensor: { include: { asset: true, metrics: true } },
    },
  })
  const { sensor, workOrder, breachedSince } = rule
  if (!rule.active || breachedSince === null || rule.answeredAt !== null) return false
  if (breachedSince.getTime() + rule.forSeconds * 1_000 > now.getTime()) return false
  if (sensor.state === 'OFFLINE') return false
  if (workOrder !== null && OPEN_WORK.includes(workOrder.status)) return false
  const { asset } = sensor
  const workable = asset?.deletedAt === null && asset.status !== 'DECOMMISSIONED'
  const metric = sensor.metrics.find(({ key }) => key === rule.metric)
  const beyond = `${rule.comparison.toLowerCase()} ${rule.threshold}${metric?.unit ?? ''}`
  const order = await createWorkOrder(unit, {
    title: rule.title,
    description: `Sensor ${sensor.name} reports ${rule.metric} ${metric?.value ?? '?'}${metric?.unit ?? ''}, ${beyond} since ${breachedSince.toISOString()}.`,
    priority: rule.priority,
    locationId: sensor.locationId,
    ...(workable ? { assetId: sensor.assetId } : {}),
  })
  await unit.tx.sensorRule.update({
    where: { id: rule.id },
    data: { answeredAt: unit.now, workOrderId: order.id },
  })
  return true
}
