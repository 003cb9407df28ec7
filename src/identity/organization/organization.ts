import { planHasApi } from '../../access/caller.ts'
import { noteVersion, type UnitOfWork } from '../../database/unit-of-work.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { type Organization, Prisma } from '../../generated/prisma/client.ts'
import { organizationUpdated, serializeOrganization } from '../events.ts'
import type { ChangePlanInput, UpdateOrganizationInput } from './commands.ts'
import { announceRevocation } from '../sessions/sessions.ts'

/** What else must happen when an organization loses or regains API keys and webhooks. */
export type OnApiChanged = (unit: UnitOfWork, hasApi: boolean) => Promise<void>

const onApiChanged: OnApiChanged[] = []

/** Later floors say here what a plan means to them; runs in the transaction of the change. */
export function whenApiChanges(step: OnApiChanged): void {
  onApiChanged.push(step)
}

export async function updateOrganization(
  unit: UnitOfWork,
  input: UpdateOrganizationInput,
): Promise<Organization> {
  const before = await lockOrganization(unit)
  return save(unit, before, {
    name: input.name ?? before.name,
    currency: input.currency ?? before.currency,
    timezone: input.timezone ?? before.timezone,
    analyticsSamplePercent: input.analyticsSamplePercent ?? before.analyticsSamplePercent,
  })
}

/** Changes the plan; what it includes or no longer includes takes effect at once. */
export async function changePlan(unit: UnitOfWork, input: ChangePlanInput): Promise<Organization> {
  const before = await lockOrganization(unit)
  const organization = await save(unit, before, { plan: input.plan })
  const hasApi = planHasApi(input.plan)
  if (hasApi !== planHasApi(before.plan)) {
    for (const step of onApiChanged) await step(unit, hasApi)
  }
  if (input.plan !== before.plan) {
    await announceRevocation(unit, { kind: 'organization', id: unit.organizationId })
  }
  return organization
}

const CHANGEABLE = ['name', 'currency', 'timezone', 'analyticsSamplePercent', 'plan'] as const

async function save(
  unit: UnitOfWork,
  before: Organization,
  changes: Partial<Pick<Organization, (typeof CHANGEABLE)[number]>>,
): Promise<Organization> {
  const previous = diffPayloads(
    serializeOrganization(before),
    serializeOrganization({ ...before, ...changes }),
  )
  if (previous === undefined) return before
  const organization = await unit.tx.organization.update({
    where: { id: before.id },
    data: { ...changes, updated: unit.now, version: { increment: 1 } },
  })
  record(unit, organizationUpdated, {
    subjectId: organization.id,
    object: serializeOrganization(organization),
    previous,
    facets: {},
  })
  return organization
}

async function lockOrganization(unit: UnitOfWork): Promise<Organization> {
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM organization WHERE id = ${unit.organizationId} FOR NO KEY UPDATE`,
  )
  const organization = await unit.tx.organization.findUniqueOrThrow({
    where: { id: unit.organizationId },
  })
  noteVersion(unit, organization)
  return organization
}
