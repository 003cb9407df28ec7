import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError } from '../../errors.ts'
import { record } from '../../events/record.ts'
import { redactEvents } from '../../events/redact.ts'
import { demandDeciding } from './access.ts'
import { visitorErased, visitorFacets, VISITOR_RECORD, type VisitorRecord } from './events.ts'

import { isOver, TRANSITIONS } from './rules.ts'
import { lockVisitor } from './service/save.ts'

/** Stands where a name was: payloads must have one. */
export const ERASED_NAME = 'Erased visitor'

/** Columns, and payload fields of the same names, that tell who somebody was or what was said of them. */
const PERSONAL = [
  'email',
  'phone',
  'company',
  'purpose',
  'photoUrl',
  'badgeNumber',
  'denyReason',
  'cancelReason',
] as const

/** Erases the personal data of one past visit at once, before its time. */
export async function eraseVisitor(
  unit: UnitOfWork,
  input: { id: string },
): Promise<VisitorRecord> {
  demandDeciding(unit.caller)
  const visitor = await lockVisitor(unit, input.id)
  if (visitor.erasedAt !== null) return visitor
  if (!isOver(visitor.status)) {
    throw new DomainError(
      `The visit is not over: ${visitor.status}`,
      { code: 'INVALID_TRANSITION', from: visitor.status, allowed: TRANSITIONS[visitor.status] },
      ['input', 'id'],
    )
  }
  await eraseVisitors(unit, [visitor])
  return unit.tx.visitor.findUniqueOrThrow({ where: { id: visitor.id }, include: VISITOR_RECORD })
}

/**
 * Replaces the personal data of locked, past visits: in their rows, in every stored event about
 * them and in what the delivery log keeps of those.
 */
export async function eraseVisitors(
  unit: UnitOfWork,
  visitors: readonly VisitorRecord[],
): Promise<void> {
  const ids = visitors.map((visitor) => visitor.id)
  await unit.tx.visitor.updateMany({
    where: { id: { in: ids } },
    data: {
      name: ERASED_NAME,
      ...Object.fromEntries(PERSONAL.map((field) => [field, null])),
      // Whoever guesses who it was could see by it that they are right.
      approvedDigest: null,
      erasedAt: unit.now,
      updated: unit.now,
      version: { increment: 1 },
    },
  })
  await unit.tx.visitorCheckpoint.updateMany({
    where: { visitorId: { in: ids } },
    data: { documentUrl: null },
  })
  await redactEvents(unit, ids, redactVisitor)
  await eraseInvitations(unit, visitors)
  for (const visitor of visitors) {
    record(unit, visitorErased, {
      subjectId: visitor.id,
      object: { id: visitor.id, erased: true },
      facets: visitorFacets(visitor),
    })
  }
}

function redactVisitor(payload: Record<string, unknown>): void {
  if (typeof payload['name'] === 'string') payload['name'] = ERASED_NAME
  for (const field of PERSONAL) delete payload[field]
}

/** An invitation names nobody, but the reason why it was called off may: it goes with the last visitor. */
async function eraseInvitations(
  unit: UnitOfWork,
  visitors: readonly VisitorRecord[],
): Promise<void> {
  const ids = visitors.flatMap(({ invitationId }) => invitationId ?? [])
  if (ids.length === 0) return
  // A locked one is about to change: it is found again with its next visitor, or has none left.
  const found = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM visitor_invitation AS invitation
     WHERE organization_id = ${unit.organizationId} AND id = ANY(${ids}::text[])
       AND cancel_reason IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM visitor
                        WHERE visitor.organization_id = invitation.organization_id
                          AND visitor.invitation_id = invitation.id AND visitor.erased_at IS NULL)
       FOR UPDATE`
  if (found.length === 0) return
  const erasable = found.map((row) => row.id)
  await unit.tx.visitorInvitation.updateMany({
    where: { id: { in: erasable } },
    data: { cancelReason: null, updated: unit.now, version: { increment: 1 } },
  })
  await redactEvents(unit, erasable, (payload) => {
    delete payload['cancelReason']
  })
}
