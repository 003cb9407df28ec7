import { demandOneOf, type Permission } from '../../../access/caller.ts'
import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import type { SensorRule } from '../../../generated/prisma/client.ts'
import type { CreateSensorRuleInput, UpdateSensorRuleInput } from './commands.ts'
import { followBreach } from '../rules.ts'

const DEFAULT_MINUTES = 5

/** A rule does later what its maker may do now: nobody opens work orders by way of a sensor. */
const OPENS: readonly Permission[] = ['work-orders:write']

export async function createSensorRule(
  unit: UnitOfWork,
  input: CreateSensorRuleInput,
): Promise<SensorRule> {
  demandOneOf(unit.caller, OPENS)
  const sensor = await unit.tx.sensor.findUnique({ where: { id: input.sensorId } })
  if (sensor === null) throw notFound('Sensor', input.sensorId, 'sensorId')
  const metric = await unit.tx.sensorMetric.findFirst({
    where: { sensorId: input.sensorId, key: input.metric },
  })
  if (metric === null) throw notFound('Metric', input.metric, 'metric')
  const { metric: key, comparison, threshold, sensorId } = input
  return unit.tx.sensorRule.create({
    data: {
      id: newId('sensorRule', unit.now.getTime()),
      organizationId: unit.organizationId,
      sensorId,
      metric: key,
      comparison,
      threshold,
      forSeconds: (input.forMinutes ?? DEFAULT_MINUTES) * 60,
      title: input.title,
      ...(input.priority === undefined ? {} : { priority: input.priority }),
      ...(await breachNow(unit, { sensorId, metric: key, comparison, threshold })),
      created: unit.now,
      updated: unit.now,
    },
  })
}

/** Changes a rule. Another threshold is judged from the newest value on. */
export async function updateSensorRule(
  unit: UnitOfWork,
  input: UpdateSensorRuleInput,
): Promise<SensorRule> {
  demandOneOf(unit.caller, OPENS)
  const before = await lockRule(unit, input.id)
  const { id, forMinutes, ...given } = input
  const wanted = { ...given, ...(forMinutes === undefined ? {} : { forSeconds: forMinutes * 60 }) }
  const changes = Object.fromEntries(
    Object.entries(wanted).filter(
      ([key, value]) => value !== undefined && value !== Reflect.get(before, key),
    ),
  )
  if (Object.keys(changes).length === 0) return before
  const rejudge = 'threshold' in changes || 'comparison' in changes || 'active' in changes
  const after: SensorRule = { ...before, ...changes }
  return unit.tx.sensorRule.update({
    where: { id },
    data: {
      ...changes,
      ...(rejudge ? await breachNow(unit, after) : {}),
      updated: unit.now,
      version: { increment: 1 },
    },
  })
}

export async function deleteSensorRule(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const rule = await lockRule(unit, input.id)
  await unit.tx.sensorRule.delete({ where: { id: rule.id } })
  return rule.id
}

/** Whether the newest value lies beyond a threshold that was set just now. */
async function breachNow(
  unit: UnitOfWork,
  rule: Pick<SensorRule, 'sensorId' | 'metric' | 'comparison' | 'threshold'>,
) {
  const { value, at } =
    (await unit.tx.sensorMetric.findFirst({
      where: { sensorId: rule.sensorId, key: rule.metric },
    })) ?? {}
  return followBreach(
    { ...rule, breachedSince: null, answeredAt: null },
    value == null || at == null ? [] : [{ value, at: unit.now }],
  )
}

async function lockRule(unit: UnitOfWork, id: string): Promise<SensorRule> {
  if (!(await lockRow(unit, 'sensorRule', id))) throw notFound('Sensor rule', id)
  return unit.tx.sensorRule.findUniqueOrThrow({ where: { id } })
}
