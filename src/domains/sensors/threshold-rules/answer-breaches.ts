import { OPEN_WORK } from '../../assets/rules.ts'
import type { Backend, UnitOfWork } from '../../../database/unit-of-work.ts'
import { Prisma } from '../../../generated/prisma/client.ts'
import { defineSweep } from '../../../sweep/define.ts'
import { createWorkOrder } from '../../work-orders/service/create.ts'

/**
 * Opens a work order for every rule whose threshold has been exceeded for long enough. One per
 * breach, and none while an earlier one of the rule is still open. A sensor that has fallen silent
 * says nothing about how things are now, so it has to come back first.
 */
export const breaches = defineSweep({
  name: 'sensor rules',
  everyMs: 2_000,
  batch: 20,
  settings: () => undefined,
  due: (now) => ({
    from: Prisma.sql`sensor_rule AS rule
      JOIN sensor ON sensor.id = rule.sensor_id AND sensor.state <> 'OFFLINE'
      LEFT JOIN work_order ON work_order.id = rule.work_order_id`,
    id: Prisma.sql`rule.id`,
    organization: Prisma.sql`rule.organization_id`,
    where: Prisma.sql`rule.active AND rule.breached_since IS NOT NULL AND rule.answered_at IS NULL
      AND rule.breached_since + make_interval(secs => rule.for_seconds) <= ${now}
      AND (work_order.id IS NULL OR work_order.status::text <> ALL(${[...OPEN_WORK]}::text[]))`,
    order: Prisma.sql`rule.breached_since, rule.id`,
    lock: Prisma.sql`FOR UPDATE OF rule`,
  }),
  async work(unit, rows: { id: string }[]) {
    for (const { id } of rows) await answer(unit, id)
  },
})

/** @returns how many rules it looked at */
export const answerBreaches = (backend: Backend, now?: Date) => breaches.at(backend, undefined, now)

/** Looks again under lock: readings or somebody's work may have come in between. */
async function answer(unit: UnitOfWork, ruleId: string): Promise<void> {
  const rule = await unit.tx.sensorRule.findUniqueOrThrow({
    where: { id: ruleId },
    include: {
      workOrder: { select: { status: true } },
      sensor: { include: { asset: true, metrics: true } },
    },
  })
  const { sensor, workOrder, breachedSince } = rule
  if (!rule.active || breachedSince === null || rule.answeredAt !== null) return
  if (breachedSince.getTime() + rule.forSeconds * 1_000 > unit.now.getTime()) return
  if (sensor.state === 'OFFLINE') return
  if (workOrder !== null && OPEN_WORK.includes(workOrder.status)) return
  const { asset } = sensor
  const workable = asset?.deletedAt === null && asset.status !== 'DECOMMISSIONED'
  const metric = sensor.metrics.find(({ key }) => key === rule.metric)
  const beyond = `${rule.comparison.toLowerCase()} ${rule.threshold}${metric?.unit ?? ''}`
  const order = await createWorkOrder(unit, {
    title: rule.title,
    description: `Sensor ${sensor.name} reports ${rule.metric} ${metric?.value ?? '?'}${metric?.unit ?? ''}, ${beyond} since ${breachedSince.toISOString()}.`,
    priority: rule.priority,
    locationId: sensor.locationId,
    assetId: workable ? asset.id : undefined,
  })
  await unit.tx.sensorRule.update({
    where: { id: rule.id },
    data: { answeredAt: unit.now, workOrderId: order.id },
  })
}
