import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../../errors.ts'
import { notify } from '../../notifications/notifications.ts'
import { findBlocks } from '../policies/blocks.ts'
import { demandReception, signatureOf } from '../access.ts'
import { demandAsApproved } from '../approval.ts'
import { visitorCheckedIn, visitorCheckedOut, type VisitorRecord } from '../events.ts'
import type { CheckInVisitorInput } from '../commands.ts'
import { loadVisitPlace, type VisitPlace } from '../policies/policy.ts'
import { demandTransition, localDay, missingCheckpoints } from '../rules.ts'
import { lockVisitor, saveVisitor } from './save.ts'

/**
 * Lets a registered visitor in, if the site's rules are met, and tells the host. Inside already =
 * nothing happens.
 */
export async function checkInVisitor(
  unit: UnitOfWork,
  input: CheckInVisitorInput,
): Promise<VisitorRecord> {
  const before = await lockVisitor(unit, input.id)
  if (before.status === 'CHECKED_IN') return before
  demandTransition(before, 'CHECKED_IN')
  const place = await loadVisitPlace(unit, before.location)
  const { requiresApproval, requiredCheckpoints } = place.policy
  demandReception(unit.caller, requiresApproval || requiredCheckpoints.length > 0)
  demandAsApproved(before)
  demandExpectedToday(unit, before, place)
  demandCheckpoints(before, place)
  await demandNotBlocked(unit, before)
  const badgeNumber = input.badgeNumber ?? before.badgeNumber
  if (badgeNumber !== null) await demandFreeBadge(unit, before, badgeNumber)
  const after = { ...before, status: 'CHECKED_IN', checkedInAt: unit.now, badgeNumber } as const
  const visitor = await saveVisitor(unit, before, after, visitorCheckedIn)
  await notify(unit, {
    userId: visitor.hostId,
    topic: 'visitor.arrived',
    title: 'Your visitor has arrived',
    subjectId: visitor.id,
  })
  return visitor
}

/** Lets a visitor out. Outside already = nothing happens. */
export async function checkOutVisitor(
  unit: UnitOfWork,
  input: { id: string },
): Promise<VisitorRecord> {
  const before = await lockVisitor(unit, input.id)
  if (before.status === 'CHECKED_OUT') return before
  demandTransition(before, 'CHECKED_OUT')
  return checkOutLocked(unit, before, unit.now)
}

/** @param leftAt now, or the closing time that has passed */
export async function checkOutLocked(
  unit: UnitOfWork,
  before: VisitorRecord,
  leftAt: Date,
): Promise<VisitorRecord> {
  const after: VisitorRecord = {
    ...before,
    status: 'CHECKED_OUT',
    checkedOutAt: leftAt,
    checkedOutBy: signatureOf(unit.caller),
    endedAt: leftAt,
  }
  return saveVisitor(unit, before, after, visitorCheckedOut)
}

function demandExpectedToday(unit: UnitOfWork, visitor: VisitorRecord, place: VisitPlace): void {
  const expected = localDay(visitor.expectedArrival, place.timezone)
  const today = localDay(unit.now, place.timezone)
  if (expected === today) return
  throw invalid(`The visitor is expected on ${expected}; at the site it is ${today}`, 'id')
}

function demandCheckpoints(visitor: VisitorRecord, { policy }: VisitPlace): void {
  const missing = missingCheckpoints(policy.requiredCheckpoints, visitor.checkpoints)
  if (missing.length === 0) return
  throw invalid(`Checkpoints to complete first: ${missing.join(', ')}`, 'id')
}

async function demandNotBlocked(unit: UnitOfWork, visitor: VisitorRecord): Promise<void> {
  const blocks = await findBlocks(unit, visitor)
  if (blocks.length === 0) return
  throw new DomainError(
    'The visitor is on the block list',
    { code: 'CONFLICT', ids: blocks.map((block) => block.id) },
    ['input', 'id'],
  )
}

/** Two desks that hand out one badge wait for each other here; the second sees who has it. */
async function demandFreeBadge(
  unit: UnitOfWork,
  visitor: VisitorRecord,
  badgeNumber: string,
): Promise<void> {
  const lock = `badge ${visitor.siteId} ${badgeNumber}`
  await unit.tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))::text`
  const wearer = await unit.tx.visitor.findFirst({
    where: { siteId: visitor.siteId, status: 'CHECKED_IN', badgeNumber },
    select: { id: true },
  })
  if (wearer === null) return
  throw new DomainError(`Badge ${badgeNumber} is in use`, { code: 'CONFLICT', ids: [wearer.id] }, [
    'input',
    'badgeNumber',
  ])
}
