import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { SlaPolicy } from '../../../generated/prisma/client.ts'
import type { PlaceRef } from '../../locations/events.ts'
import { findTimezone } from '../../locations/timezone.ts'
import type { BusinessHours } from './business-hours.ts'
import { businessHoursShape, targetsShape, toMinutes, WEEKDAYS } from './policy-shapes.ts'
import { DEFAULT_POLICY, DEFAULT_TARGETS, type ResolvedPolicy } from './deadlines.ts'
import { memo } from '../../../database/memo.ts'

const resolvedIn = memo((_unit: UnitOfWork) => new Map<string, ResolvedPolicy>())

/** The service levels that hold at a place: the nearest policy above it, else the built-in one. */
export async function findSlaPolicy(unit: UnitOfWork, place: PlaceRef): Promise<ResolvedPolicy> {
  const known = resolvedIn(unit)
  const found = known.get(place.id)
  if (found !== undefined) return found
  const policy = await findNearest(unit, place)
  const answer = policy === undefined ? DEFAULT_POLICY : await resolve(unit, policy, place)
  known.set(place.id, answer)
  return answer
}

async function findNearest(unit: UnitOfWork, place: PlaceRef): Promise<SlaPolicy | undefined> {
  const above = [place.id, place.parentId, place.siteId].filter((id) => id !== null)
  const policies = await unit.tx.slaPolicy.findMany({
    where: { OR: [{ locationId: null }, { locationId: { in: above } }] },
  })
  for (const locationId of [...above, null]) {
    const policy = policies.find((candidate) => candidate.locationId === locationId)
    if (policy !== undefined) return policy
  }
  return undefined
}

async function resolve(
  unit: UnitOfWork,
  policy: SlaPolicy,
  place: PlaceRef,
): Promise<ResolvedPolicy> {
  const own = targetsShape.parse(policy.targets)
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
  const windows = businessHoursShape.parse(policy.businessHours)
  let hours: BusinessHours | undefined
  if (windows.length > 0) {
    hours = {
      timezone: policy.timezone ?? (await findTimezone(unit, place)),
      windows: windows.map(({ day, opens, closes }) => ({
        weekday: WEEKDAYS.indexOf(day) + 1,
        opens: toMinutes(opens),
        closes: toMinutes(closes),
      })),
      holidays: new Set(policy.holidays),
    }
  }
  return {
    id: policy.id,
    targets: { ...DEFAULT_TARGETS, ...given },
    hours,
    atRiskPercent: policy.atRiskPercent,
    criticalPercent: policy.criticalPercent,
  }
}
