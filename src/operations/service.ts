import { randomInt } from 'node:crypto'
import { newId } from '../db/ids.ts'
import type { UnitOfWork } from '../db/unit-of-work.ts'
import { demandVersion, invalid } from '../errors.ts'
import { diffPayloads } from '../events/diff.ts'
import { toUnixSeconds } from '../events/envelope.ts'
import { record } from '../events/record.ts'
import type { Organization } from '../generated/prisma/client.ts'
import { demandTimezone } from '../locations/rules.ts'
import { analyticsEventCreated, organizationUpdated, serializeOrganization } from './events.ts'
import type { RecordAnalyticsInput, UpdateOrganizationInput } from './input.ts'

/** Changes settings of the caller's organization; what is left out stays. */
export async function updateOrganization(
  unit: UnitOfWork,
  input: UpdateOrganizationInput,
): Promise<Organization> {
  const id = unit.organizationId
  // Not FOR UPDATE: every insert in the organization checks that it is there, and would wait.
  await unit.tx.$queryRaw`SELECT 1 FROM organization WHERE id = ${id} FOR NO KEY UPDATE`
  const before = await unit.tx.organization.findUniqueOrThrow({ where: { id } })
  demandVersion(before, input.expectedVersion)
  demandTimezone(input.timezone)
  const { expectedVersion: _version, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const previous = diffPayloads(
    serializeOrganization(before),
    serializeOrganization({ ...before, ...changes }),
  )
  if (previous === undefined) return before
  const organization = await unit.tx.organization.update({
    where: { id },
    data: { ...changes, updated: unit.now, version: before.version + 1 },
  })
  record(unit, organizationUpdated, {
    subjectId: id,
    object: serializeOrganization(organization),
    previous,
    facets: {},
  })
  return organization
}

/** Clocks of clients run ahead a little. */
const FUTURE_MS = 60_000

/**
 * Records what applications report, as far as the organization wants it: each event is kept with
 * the organization's sampling share. The event log is their only store.
 * @returns ids of the events that were kept
 */
export async function recordAnalytics(
  unit: UnitOfWork,
  input: RecordAnalyticsInput,
): Promise<string[]> {
  for (const [index, { at }] of input.events.entries()) {
    if (at != null && at.getTime() > unit.now.getTime() + FUTURE_MS) {
      throw invalid('must not lie in the future', 'events', String(index), 'at')
    }
  }
  const { analyticsSamplePercent } = await unit.tx.organization.findUniqueOrThrow({
    where: { id: unit.organizationId },
    select: { analyticsSamplePercent: true },
  })
  const kept = input.events.filter(() => randomInt(100) < analyticsSamplePercent)
  return kept.map(({ name, properties, at }) => {
    const id = newId('analyticsEvent', unit.now.getTime())
    record(unit, analyticsEventCreated, {
      subjectId: id,
      object: { id, name, properties, at: toUnixSeconds(at ?? unit.now) },
      facets: {},
    })
    return id
  })
}
