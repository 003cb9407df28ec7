import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import type { Prisma, SlaPolicy } from '../../../generated/prisma/client.ts'
import { demandTimezone } from '../../locations/rules.ts'
import { demandCoordinator } from '../access.ts'
import type { CreateSlaPolicyInput, UpdateSlaPolicyInput } from './commands.ts'
import { findPlace } from '../service/load.ts'

/** Sets the service levels of the organization or of a place. Work orders made before keep theirs. */
export async function createSlaPolicy(
  unit: UnitOfWork,
  input: CreateSlaPolicyInput,
): Promise<SlaPolicy> {
  demandCoordinator(unit.caller)
  const locationId = input.locationId ?? null
  if (locationId !== null) await findPlace(unit, locationId, 'locationId')
  const policy: SlaPolicy = check({
    id: newId('slaPolicy', unit.now.getTime()),
    organizationId: unit.organizationId,
    name: input.name,
    locationId,
    targets: toTargets(input.targets),
    atRiskPercent: input.atRiskPercent ?? 75,
    criticalPercent: input.criticalPercent ?? 90,
    timezone: input.timezone ?? null,
    businessHours: input.businessHours ?? [],
    holidays: input.holidays ?? [],
    version: 1,
    created: unit.now,
    updated: unit.now,
  })
  // The unique index decides between two that come at once.
  const { count } = await unit.tx.slaPolicy.createMany({
    data: [writable(policy)],
    skipDuplicates: true,
  })
  if (count === 1) return policy
  const other = await unit.tx.slaPolicy.findFirst({ where: { locationId } })
  throw new DomainError(
    locationId === null
      ? 'The organization has a policy already: change that one'
      : 'The place has a policy already: change that one',
    { code: 'CONFLICT', ids: other === null ? [] : [other.id] },
    ['input', 'locationId'],
  )
}

export async function updateSlaPolicy(
  unit: UnitOfWork,
  input: UpdateSlaPolicyInput,
): Promise<SlaPolicy> {
  demandCoordinator(unit.caller)
  const before = await lockPolicy(unit, input.id)
  const { id, targets, ...given } = input
  const changes = Object.fromEntries(
    Object.entries({
      ...given,
      targets: targets === undefined ? undefined : toTargets(targets),
    }).filter(([, value]) => value !== undefined),
  )
  const changed = check({ ...before, ...changes })
  if (JSON.stringify(changed) === JSON.stringify(before)) return before
  const after = { ...changed, updated: unit.now, version: before.version + 1 }
  await unit.tx.slaPolicy.updateMany({ where: { id }, data: writable(after) })
  return after
}

export async function deleteSlaPolicy(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandCoordinator(unit.caller)
  const policy = await lockPolicy(unit, input.id)
  await unit.tx.slaPolicy.delete({ where: { id: policy.id } })
  return policy.id
}

function check(policy: SlaPolicy): SlaPolicy {
  demandTimezone(policy.timezone)
  if (policy.criticalPercent <= policy.atRiskPercent) {
    throw invalid('must be more than atRiskPercent', 'criticalPercent')
  }
  return policy
}

function toTargets(targets: CreateSlaPolicyInput['targets']): Prisma.JsonObject {
  return Object.fromEntries(
    targets.map(({ priority, responseMinutes, resolutionMinutes }) => [
      priority,
      { responseMinutes: responseMinutes ?? null, resolutionMinutes: resolutionMinutes ?? null },
    ]),
  )
}

const writable = (policy: SlaPolicy) => ({
  ...policy,
  targets: policy.targets as Prisma.InputJsonValue,
  businessHours: policy.businessHours as Prisma.InputJsonValue,
})

async function lockPolicy(unit: UnitOfWork, id: string): Promise<SlaPolicy> {
  if (!(await lockRow(unit, 'slaPolicy', id))) throw notFound('SLA policy', id)
  return unit.tx.slaPolicy.findUniqueOrThrow({ where: { id } })
}
