import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { notFound } from '../../../errors.ts'
import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import { demandOwnVisit } from '../access.ts'
import {
  partyOfVisitor,
  serializeVisitor,
  VISITOR_RECORD,
  visitorFacets,
  type VisitorPayload,
  type VisitorRecord,
} from '../events.ts'

/**
 * Locks a visitor for a change by the caller.
 * @throws DomainError NOT_FOUND, AccessError FORBIDDEN
 */
export async function lockVisitor(unit: UnitOfWork, id: string): Promise<VisitorRecord> {
  if (!(await lockRow(unit, 'visitor', id))) throw notFound('Visitor', id)
  const visitor = await unit.tx.visitor.findUniqueOrThrow({
    where: { id },
    include: VISITOR_RECORD,
  })
  demandOwnVisit(unit.caller, 'Visitor', id, partyOfVisitor(visitor))
  return visitor
}

/** Writes a changed visitor and the event that tells of it; no change = nothing written. */
export async function saveVisitor(
  unit: UnitOfWork,
  before: VisitorRecord,
  after: VisitorRecord,
  event: EventDefinition<VisitorPayload>,
): Promise<VisitorRecord> {
  const previous = diffPayloads(serializeVisitor(before), serializeVisitor(after))
  if (previous === undefined) return before
  const saved = await writeVisitor(unit, before, after)
  record(unit, event, {
    subjectId: saved.id,
    object: serializeVisitor(saved),
    previous,
    facets: visitorFacets(saved),
  })
  return saved
}

/** Writes the columns of a visitor; the caller records what it means. */
export async function writeVisitor(
  unit: UnitOfWork,
  before: VisitorRecord,
  after: VisitorRecord,
): Promise<VisitorRecord> {
  const { id, organizationId: _o, created: _c, checkpoints, location, invitation, ...data } = after
  const row = await unit.tx.visitor.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.version + 1 },
  })
  return { ...row, checkpoints, location, invitation }
}
