import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid } from '../../../errors.ts'
import { demandActiveUser } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import { approvesByRegistering } from '../access.ts'
import { demandBooking } from '../booking.ts'
import type { VisitorRecord } from '../events.ts'
import type { WalkInVisitorInput } from '../commands.ts'
import { loadVisitPlace } from '../policies/policy.ts'
import { demandFittingTimes } from '../rules.ts'
import { checkInVisitor } from './attend.ts'
import { completeCheckpoint } from './checkpoints.ts'
import { announce, insertVisitors } from './register.ts'

/**
 * Registers somebody who stands at the door and lets them in, in one transaction: a rule that is
 * not met leaves no trace of either.
 */
export async function walkInVisitor(
  unit: UnitOfWork,
  input: WalkInVisitorInput,
): Promise<VisitorRecord> {
  demandFittingTimes(unit.now, input.expectedDeparture, unit.now, {
    arrival: 'expectedArrival',
    departure: 'expectedDeparture',
  })
  await demandActiveUser(unit, input.hostId, 'hostId')
  const location = await findLocation(unit, input.locationId, 'locationId')
  const place = await loadVisitPlace(unit, location)
  if (place.policy.requiresApproval && !approvesByRegistering(unit.caller)) {
    throw invalid('Visits to this site need an approval: register the visitor first', 'locationId')
  }
  await demandBooking(unit, input.bookingId)
  const visit = { ...input, walkIn: true, invitation: null, expectedArrival: unit.now }
  const { id } = announce(unit, await insertVisitors(unit, place, [input], visit))
  for (const checkpoint of input.checkpoints) {
    await completeCheckpoint(unit, { id, ...checkpoint })
  }
  return checkInVisitor(unit, { id, badgeNumber: input.badgeNumber })
}
