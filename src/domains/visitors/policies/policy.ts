import { noteVersion, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid } from '../../../errors.ts'
import type { Location, VisitPolicy } from '../../../generated/prisma/client.ts'
import { findLocation } from '../../locations/service.ts'
import { demandDeciding } from '../access.ts'
import type { UpdateVisitPolicyInput } from './commands.ts'

/** Rules of a site, without its bookkeeping. */
export type EffectivePolicy = Pick<
  VisitPolicy,
  | 'siteId'
  | 'requiredCheckpoints'
  | 'requiresApproval'
  | 'closesAtMinute'
  | 'retentionDays'
  | 'version'
>

/** End of the local day. */
export const CLOSES_AT_MINUTE = 1_440
/** Days after the end of a visit after which its personal data goes. */
export const RETENTION_DAYS = 30

/** What a site asks of its visitors; version 0 where nobody has set anything. */
export async function findPolicy(
  tx: Pick<UnitOfWork['tx'], 'visitPolicy'>,
  siteId: string,
): Promise<EffectivePolicy> {
  const found = await tx.visitPolicy.findUnique({ where: { siteId } })
  return (
    found ?? {
      siteId,
      requiredCheckpoints: [],
      requiresApproval: false,
      closesAtMinute: CLOSES_AT_MINUTE,
      retentionDays: RETENTION_DAYS,
      version: 0,
    }
  )
}

/** Where somebody is visited, with the rules that hold there. */
export interface VisitPlace {
  location: Location
  policy: EffectivePolicy
  /** IANA name: the place's own, its site's or the organization's. */
  timezone: string
}

export async function loadVisitPlace(unit: UnitOfWork, location: Location): Promise<VisitPlace> {
  const policy = await findPolicy(unit.tx, location.siteId)
  let { timezone } = location
  if (timezone === null && location.siteId !== location.id) {
    timezone = (await findLocation(unit, location.siteId, 'locationId')).timezone
  }
  if (timezone === null) {
    const organization = await unit.tx.organization.findUniqueOrThrow({
      where: { id: unit.organizationId },
      select: { timezone: true },
    })
    timezone = organization.timezone
  }
  return { location, policy, timezone }
}

/** Sets the rules of a site; what is left out stays. */
export async function updateVisitPolicy(
  unit: UnitOfWork,
  input: UpdateVisitPolicyInput,
): Promise<EffectivePolicy> {
  demandDeciding(unit.caller)
  const site = await findLocation(unit, input.siteId, 'siteId')
  if (site.siteId !== site.id) throw invalid('must be a site, not a part of one', 'siteId')
  // One change of a site's rules after the other, the first one included, which has no row to lock.
  await unit.tx
    .$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`visit policy ${site.id}`}, 0))::text`
  const before = await findPolicy(unit.tx, site.id)
  noteVersion(unit, { id: site.id, version: before.version })
  const after = {
    requiredCheckpoints: input.requiredCheckpoints ?? before.requiredCheckpoints,
    requiresApproval: input.requiresApproval ?? before.requiresApproval,
    closesAtMinute: input.closesAt === undefined ? before.closesAtMinute : toMinute(input.closesAt),
    retentionDays: input.retentionDays ?? before.retentionDays,
  }
  const same =
    after.requiredCheckpoints.join() === before.requiredCheckpoints.join() &&
    after.requiresApproval === before.requiresApproval &&
    after.closesAtMinute === before.closesAtMinute &&
    after.retentionDays === before.retentionDays
  if (same) return before
  const data = { ...after, version: before.version + 1, updated: unit.now }
  if (before.version > 0) {
    return unit.tx.visitPolicy.update({ where: { siteId: site.id }, data })
  }
  return unit.tx.visitPolicy.create({
    data: { ...data, siteId: site.id, organizationId: unit.organizationId, created: unit.now },
  })
}

/** "18:30" → 1110 */
function toMinute(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** 1110 → "18:30" */
export function toTime(minute: number): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`
}
