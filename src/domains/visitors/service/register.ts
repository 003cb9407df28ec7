import { insertRows } from '../../../database/insert-rows.ts'
import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { record } from '../../../events/record.ts'
import type { VisitorStatus, VisitorType } from '../../../generated/prisma/enums.ts'
import { demandActiveUser, userIdOf } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import { approvesByRegistering } from '../access.ts'
import { NOT_APPROVED_BY_ANYBODY } from '../approval.ts'
import { demandBooking } from '../booking.ts'
import {
  serializeVisitor,
  visitorFacets,
  visitorRegistered,
  type VisitorRecord,
} from '../events.ts'
import type { RegisterVisitorInput } from '../commands.ts'
import { loadVisitPlace, type VisitPlace } from '../policies/policy.ts'
import { demandFittingTimes } from '../rules.ts'

/** Announces a visitor. Where the site wants approvals, the visit waits for one. */
export async function registerVisitor(
  unit: UnitOfWork,
  input: RegisterVisitorInput,
): Promise<VisitorRecord> {
  demandFittingTimes(input.expectedArrival, input.expectedDeparture, unit.now, {
    arrival: 'expectedArrival',
    departure: 'expectedDeparture',
  })
  await demandActiveUser(unit, input.hostId, 'hostId')
  const location = await findLocation(unit, input.locationId, 'locationId')
  const place = await loadVisitPlace(unit, location)
  await demandBooking(unit, input.bookingId)
  const visit = { ...input, walkIn: false, invitation: null }
  const visitors = await insertVisitors(unit, place, [input], visit)
  return announce(unit, visitors)
}

interface Person {
  name: string
  email?: string | null | undefined
  phone?: string | null | undefined
  company?: string | null | undefined
  type?: VisitorType | undefined
}

interface Visit {
  hostId: string
  purpose?: string | null | undefined
  bookingId?: string | null | undefined
  invitation: { id: string; createdById: string | null; hostIds: string[] } | null
  walkIn: boolean
  expectedArrival: Date
  expectedDeparture?: Date | null | undefined
}

/** Adds the people of one visit in one statement; `announce` tells of them. */
export async function insertVisitors(
  unit: UnitOfWork,
  place: VisitPlace,
  people: readonly Person[],
  visit: Visit,
): Promise<VisitorRecord[]> {
  const { location, policy } = place
  const status: VisitorStatus =
    policy.requiresApproval && !approvesByRegistering(unit.caller)
      ? 'PENDING_APPROVAL'
      : 'REGISTERED'
  const rows = people.map((person) => ({
    id: newId('visitor', unit.now.getTime()),
    organizationId: unit.organizationId,
    name: person.name,
    email: person.email ?? null,
    phone: person.phone ?? null,
    company: person.company ?? null,
    type: person.type ?? 'GUEST',
    purpose: visit.purpose ?? null,
    hostId: visit.hostId,
    locationId: location.id,
    siteId: location.siteId,
    invitationId: visit.invitation?.id ?? null,
    bookingId: visit.bookingId ?? null,
    walkIn: visit.walkIn,
    expectedArrival: visit.expectedArrival,
    expectedDeparture: visit.expectedDeparture ?? null,
    status,
    badgeNumber: null,
    photoUrl: null,
    checkedInAt: null,
    checkedOutAt: null,
    checkedOutBy: null,
    denyReason: null,
    cancelReason: null,
    registeredById: userIdOf(unit.caller) ?? null,
    ...NOT_APPROVED_BY_ANYBODY,
    endedAt: null,
    erasedAt: null,
    version: 1,
    created: unit.now,
    updated: unit.now,
  }))
  await insertRows(unit, 'visitor', rows)
  const { invitation } = visit
  return rows.map((row): VisitorRecord =>
    Object.assign(row, { checkpoints: [], location, invitation }),
  )
}

/** Records one visitor.registered each. @returns the first of them */
export function announce(unit: UnitOfWork, visitors: readonly VisitorRecord[]): VisitorRecord {
  for (const visitor of visitors) {
    record(unit, visitorRegistered, {
      subjectId: visitor.id,
      object: serializeVisitor(visitor),
      facets: visitorFacets(visitor),
    })
  }
  const [first] = visitors
  if (first === undefined) throw new Error('nobody to announce')
  return first
}
