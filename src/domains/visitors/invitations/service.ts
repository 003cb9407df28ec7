import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import { record } from '../../../events/record.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { findLocation } from '../../locations/service.ts'
import { type VisitorRecord, visitorUpdated } from '../events.ts'
import type {
  CancelInvitationInput,
  CreateInvitationInput,
  UpdateInvitationInput,
} from './commands.ts'
import {
  invitationCancelled,
  invitationCreated,
  invitationDeleted,
  invitationFacets,
  type InvitationRecord,
  invitationUpdated,
  serializeInvitation,
} from './events.ts'
import { demandBooking } from '../booking.ts'
import { loadVisitPlace } from '../policies/policy.ts'
import { demandFittingTimes, demandInvitationTransition, OPEN, UPCOMING } from '../rules.ts'
import { asApproved } from '../approval.ts'
import { cancelLocked, demandSameSite } from '../service/change.ts'
import { announce, insertVisitors } from '../service/register.ts'
import { lockInvitation, lockVisitors, saveInvitation } from './save-invitation.ts'
import { saveVisitor } from '../service/save.ts'

/** People of one invitation, those of the past included. */
const MAX_VISITORS = 200

/** Invites people together: one invitation, and a registered visitor for each of them. */
export async function createInvitation(
  unit: UnitOfWork,
  input: CreateInvitationInput,
): Promise<InvitationRecord> {
  demandFittingTimes(input.startAt, input.endAt, unit.now, TIME_FIELDS)
  const hostId = await demandActiveHosts(unit, input.hostIds)
  const location = await findLocation(unit, input.locationId, 'locationId')
  const place = await loadVisitPlace(unit, location)
  await demandBooking(unit, input.bookingId)
  const id = newId('invitation', unit.now.getTime())
  const row = await unit.tx.visitorInvitation.create({
    data: {
      id,
      organizationId: unit.organizationId,
      type: input.type ?? 'PLANNED',
      hostIds: input.hostIds,
      locationId: location.id,
      resourceIds: input.resourceIds ?? [],
      bookingId: input.bookingId ?? null,
      startAt: input.startAt,
      endAt: input.endAt,
      createdById: userIdOf(unit.caller) ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  const visitors = await insertVisitors(unit, place, input.visitors, {
    hostId,
    purpose: input.purpose,
    bookingId: input.bookingId,
    invitation: row,
    walkIn: false,
    expectedArrival: input.startAt,
    expectedDeparture: input.endAt,
  })
  const invitation: InvitationRecord = { ...row, location, visitors: idsOf(visitors) }
  record(unit, invitationCreated, {
    subjectId: id,
    object: serializeInvitation(invitation),
    facets: invitationFacets(invitation),
  })
  announce(unit, visitors)
  return invitation
}

/** Changes an invitation. The visits that have not begun follow, where they still went with it. */
export async function updateInvitation(
  unit: UnitOfWork,
  input: UpdateInvitationInput,
): Promise<InvitationRecord> {
  const before = await lockInvitation(unit, input.id)
  demandInvitationTransition(before, 'UPDATED')
  const { id: _id, addVisitors, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: InvitationRecord = { ...before, ...changes }
  const timesChanged =
    after.startAt.getTime() !== before.startAt.getTime() ||
    after.endAt.getTime() !== before.endAt.getTime()
  if (timesChanged || addVisitors.length > 0) {
    demandFittingTimes(after.startAt, after.endAt, unit.now, TIME_FIELDS)
  }
  if (input.hostIds !== undefined) await demandActiveHosts(unit, after.hostIds)
  if (after.locationId !== before.locationId) {
    after.location = await findLocation(unit, after.locationId, 'locationId')
    demandSameSite(before, after.location)
  }
  if (after.bookingId !== before.bookingId) await demandBooking(unit, after.bookingId)
  const followers = await lockVisitors(unit, before.id, UPCOMING)
  const added = await addGuests(unit, after, addVisitors)
  after.visitors = idsOf([...before.visitors, ...added])
  const saved = await saveInvitation(unit, before, after, invitationUpdated)
  const place = await loadVisitPlace(unit, after.location)
  for (const visitor of followers) {
    const following = await asApproved(unit, visitor, follow(visitor, before, after), place)
    await saveVisitor(unit, visitor, following, visitorUpdated)
  }
  if (added.length > 0) announce(unit, added)
  return saved
}

/** Calls an invitation off, and with it the visits that have not begun. */
export async function cancelInvitation(
  unit: UnitOfWork,
  input: CancelInvitationInput,
): Promise<InvitationRecord> {
  const before = await lockInvitation(unit, input.id)
  if (before.status === 'CANCELLED') return before
  demandInvitationTransition(before, 'CANCELLED')
  const visitors = await lockVisitors(unit, before.id, UPCOMING)
  const cancelReason = input.reason ?? null
  const after = { ...before, status: 'CANCELLED', cancelReason } as const
  const saved = await saveInvitation(unit, before, after, invitationCancelled)
  for (const visitor of visitors) await cancelLocked(unit, visitor, cancelReason)
  return saved
}

/**
 * Removes an invitation; its past visits stay, without it.
 * @throws DomainError CONFLICT listing the visits that are still to come or under way.
 */
export async function deleteInvitation(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const before = await lockInvitation(unit, input.id)
  const visitors = await lockVisitors(unit, before.id, undefined)
  const open = visitors.filter((visitor) => OPEN.some((status) => status === visitor.status))
  if (open.length > 0) {
    throw new DomainError(
      'The invitation has visits that are not over: cancel it first',
      { code: 'CONFLICT', ids: open.slice(0, 20).map((visitor) => visitor.id) },
      ['input', 'id'],
    )
  }
  for (const visitor of visitors) {
    await saveVisitor(unit, visitor, { ...visitor, invitationId: null }, visitorUpdated)
  }
  await unit.tx.visitorInvitation.delete({ where: { id: before.id } })
  record(unit, invitationDeleted, {
    subjectId: before.id,
    object: { id: before.id, deleted: true },
    facets: invitationFacets(before),
  })
  return before.id
}

const TIME_FIELDS = { arrival: 'startAt', departure: 'endAt' } as const

const idsOf = (visitors: readonly { id: string }[]) =>
  visitors.map(({ id }) => ({ id })).toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** A visit keeps what was set for it alone and takes over the rest. */
function follow(
  visitor: VisitorRecord,
  before: InvitationRecord,
  after: InvitationRecord,
): VisitorRecord {
  const [oldHost, newHost] = [before.hostIds[0], after.hostIds[0]]
  const same = (a: Date | null, b: Date) => a?.getTime() === b.getTime()
  return {
    ...visitor,
    ...(visitor.hostId === oldHost && newHost !== undefined ? { hostId: newHost } : {}),
    ...(visitor.locationId === before.locationId
      ? { locationId: after.locationId, location: after.location }
      : {}),
    ...(visitor.bookingId === before.bookingId ? { bookingId: after.bookingId } : {}),
    ...(same(visitor.expectedArrival, before.startAt) ? { expectedArrival: after.startAt } : {}),
    ...(same(visitor.expectedDeparture, before.endAt) ? { expectedDeparture: after.endAt } : {}),
  }
}

async function addGuests(
  unit: UnitOfWork,
  invitation: InvitationRecord,
  people: UpdateInvitationInput['addVisitors'],
): Promise<VisitorRecord[]> {
  const [hostId] = invitation.hostIds
  if (people.length === 0 || hostId === undefined) return []
  if (invitation.visitors.length + people.length > MAX_VISITORS) {
    throw invalid(`An invitation has at most ${MAX_VISITORS} visitors`, 'addVisitors')
  }
  return insertVisitors(unit, await loadVisitPlace(unit, invitation.location), people, {
    hostId,
    bookingId: invitation.bookingId,
    invitation,
    walkIn: false,
    expectedArrival: invitation.startAt,
    expectedDeparture: invitation.endAt,
  })
}

/** @returns the main host. @throws DomainError NOT_FOUND or VALIDATION */
async function demandActiveHosts(unit: UnitOfWork, hostIds: readonly string[]): Promise<string> {
  const found = await unit.tx.user.findMany({
    where: { id: { in: [...hostIds] } },
    select: { id: true, status: true },
  })
  for (const id of hostIds) {
    const host = found.find((user) => user.id === id)
    if (host === undefined) throw notFound('User', id, 'hostIds')
    if (host.status !== 'ACTIVE') throw invalid(`User ${id} is not active`, 'hostIds')
  }
  const [main] = hostIds
  if (main === undefined) throw invalid('must name at least one host', 'hostIds')
  return main
}
