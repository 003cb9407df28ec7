import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { VisitorStatus } from '../../../generated/prisma/enums.ts'
import { demandOwnVisit } from '../access.ts'
import { VISITOR_RECORD, type VisitorRecord } from '../events.ts'
import {
  INVITATION_RECORD,
  invitationFacets,
  partyOfInvitation,
  type InvitationRecord,
  serializeInvitation,
} from './events.ts'

/**
 * Locks an invitation for a change by the caller.
 * @throws DomainError NOT_FOUND, also for somebody else's
 */
export async function lockInvitation(unit: UnitOfWork, id: string): Promise<InvitationRecord> {
  if (!(await lockRow(unit, 'visitorInvitation', id))) throw notFound('Invitation', id)
  const invitation = await unit.tx.visitorInvitation.findUniqueOrThrow({
    where: { id },
    include: INVITATION_RECORD,
  })
  demandOwnVisit(unit.caller, 'Invitation', id, partyOfInvitation(invitation))
  return invitation
}

/** Locks visits of an invitation in the order of their ids, so that two such commands never cross. */
export async function lockVisitors(
  unit: UnitOfWork,
  invitationId: string,
  statuses: readonly VisitorStatus[] | undefined,
): Promise<VisitorRecord[]> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM visitor
     WHERE organization_id = ${unit.organizationId} AND invitation_id = ${invitationId}
     ORDER BY id FOR UPDATE`
  return unit.tx.visitor.findMany({
    where: {
      id: { in: rows.map((row) => row.id) },
      ...(statuses === undefined ? {} : { status: { in: [...statuses] } }),
    },
    include: VISITOR_RECORD,
    orderBy: { id: 'asc' },
  })
}

/** Writes a changed invitation and the event that tells of it; no change = nothing written. */
export async function saveInvitation(
  unit: UnitOfWork,
  before: InvitationRecord,
  after: InvitationRecord,
  event: EventDefinition<ReturnType<typeof serializeInvitation>>,
): Promise<InvitationRecord> {
  if (diffPayloads(serializeInvitation(before), serializeInvitation(after)) === undefined) {
    return before
  }
  const changed: InvitationRecord = {
    ...after,
    status: after.status === 'CANCELLED' ? 'CANCELLED' : 'UPDATED',
  }
  const { id, organizationId: _o, created: _c, visitors, location, ...data } = changed
  const row = await unit.tx.visitorInvitation.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.version + 1 },
  })
  const saved: InvitationRecord = { ...row, visitors, location }
  const previous = diffPayloads(serializeInvitation(before), serializeInvitation(saved))
  record(unit, event, {
    subjectId: id,
    object: serializeInvitation(saved),
    ...(previous === undefined ? {} : { previous }),
    facets: invitationFacets(saved),
  })
  return saved
}
