import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import { placeFacets } from '../../locations/events.ts'
import {
  bookingCheckpointTriggerMatched,
  serializeCheckpoint,
  serializeTriggerMatch,
  serializeVisitor,
  visitorCheckpointCompleted,
  visitorFacets,
  type VisitorRecord,
} from '../events.ts'
import { demandReception, signatureOf } from '../access.ts'
import type { CompleteCheckpointInput } from '../commands.ts'
import { findPolicy } from '../policies/policy.ts'
import { demandOpen, missingCheckpoints } from '../rules.ts'
import { lockVisitor, writeVisitor } from './save.ts'

/**
 * Notes that a visitor has done what a checkpoint asks, required at the site or not. Completed
 * already = nothing happens. The last required one also tells the visitor's booking.
 */
export async function completeCheckpoint(
  unit: UnitOfWork,
  input: CompleteCheckpointInput,
): Promise<VisitorRecord> {
  const before = await lockVisitor(unit, input.id)
  demandReception(unit.caller, true)
  if (before.checkpoints.some(({ key }) => key === input.key)) return before
  demandOpen(before)
  const completed = {
    visitorId: before.id,
    organizationId: unit.organizationId,
    key: input.key,
    completedAt: unit.now,
    completedBy: signatureOf(unit.caller),
    documentUrl: input.documentUrl ?? null,
  }
  await unit.tx.visitorCheckpoint.create({ data: completed })
  const after: VisitorRecord = { ...before, checkpoints: [...before.checkpoints, completed] }
  if (input.key === 'PHOTO') after.photoUrl = completed.documentUrl ?? before.photoUrl
  const saved = await writeVisitor(unit, before, after)
  const previous = diffPayloads(serializeVisitor(before), serializeVisitor(saved))
  record(unit, visitorCheckpointCompleted, {
    subjectId: saved.id,
    object: { ...serializeVisitor(saved), checkpoint: serializeCheckpoint(completed) },
    ...(previous === undefined ? {} : { previous }),
    facets: visitorFacets(saved),
  })
  if (saved.bookingId !== null) await tellBooking(unit, before, saved, saved.bookingId)
  return saved
}

async function tellBooking(
  unit: UnitOfWork,
  before: VisitorRecord,
  after: VisitorRecord,
  bookingId: string,
): Promise<void> {
  const { requiredCheckpoints: required } = await findPolicy(unit.tx, after.siteId)
  const missing = (visitor: VisitorRecord) =>
    missingCheckpoints(required, visitor.checkpoints).length
  if (missing(before) === 0 || missing(after) > 0) return
  const booking = await unit.tx.booking.findUnique({
    where: { id: bookingId },
    select: { resourceId: true },
  })
  record(unit, bookingCheckpointTriggerMatched, {
    subjectId: bookingId,
    object: serializeTriggerMatch(after, bookingId, required, unit.now),
    facets: {
      ...placeFacets(after.location),
      ...(booking === null ? {} : { resource: [booking.resourceId] }),
    },
  })
}
