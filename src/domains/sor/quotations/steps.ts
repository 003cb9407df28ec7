import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../../errors.ts'
import { Prisma, type Quotation } from '../../../generated/prisma/client.ts'
import { demandUser } from '../../../identity/users/people.ts'
import { approvalOf, demandSameContent } from '../../../identity/approvals.ts'
import { credentialOf, personsBehind } from '../../../identity/credentials.ts'
import { demandStaff, responsibleUser } from '../access.ts'
import {
  quotationApproved,
  quotationRejected,
  quotationSubmitted,
  quotationWithdrawn,
} from './events.ts'
import type { CancelQuotationInput, RejectQuotationInput } from './commands.ts'
import { coversAmount, demandInForce, demandQuotable, demandQuotationTransition } from '../rules.ts'
import { digestOfQuotation } from '../schedules/digest.ts'
import { repriceLines } from './lines.ts'
import { lockQuotation, saveQuotation } from './service.ts'

/**
 * Hands a draft in for a decision. From here on its rates are its own: they were copied from the
 * schedule at this moment.
 * @throws DomainError CONFLICT naming the other quotation that waits for the same work order.
 */
export async function submitQuotation(unit: UnitOfWork, input: { id: string }): Promise<Quotation> {
  const before = await lockQuotation(unit, input)
  const { quotation, lines } = before
  if (quotation.status === 'SUBMITTED') return quotation
  demandQuotationTransition(quotation.status, 'SUBMITTED')
  if (lines.length === 0) throw invalid('A quotation needs at least one line', 'id')
  // Locked: neither completing the work order nor another submission can slip past the checks.
  await demandOpenWorkOrder(unit, quotation)
  const waiting = await unit.tx.quotation.findFirst({
    where: { workOrderId: quotation.workOrderId, status: 'SUBMITTED' },
    select: { id: true },
  })
  if (waiting !== null) {
    throw new DomainError(
      'Another quotation for this work order waits for a decision',
      { code: 'CONFLICT', ids: [waiting.id] },
      ['input', 'id'],
    )
  }
  await holdSchedule(unit, quotation.scheduleId)
  const schedule = await unit.tx.rateSchedule.findUniqueOrThrow({
    where: { id: quotation.scheduleId },
  })
  demandInForce(schedule, unit.now)
  const priced = await repriceLines(unit, schedule.id, lines)
  const { lines: pricedLines, ...sums } = priced
  const after: Quotation = {
    ...quotation,
    status: 'SUBMITTED',
    submittedById: await responsibleUser(unit),
    submittedAt: unit.now,
    submittedByIds: await personsBehind(unit),
    submittedThrough: credentialOf(unit.caller),
    submittedDigest: digestOfQuotation({ ...quotation, ...sums }, pricedLines),
    rejectedById: null,
    rejectedAt: null,
    rejectionReason: null,
  }
  return saveQuotation(unit, before, after, {
    priced,
    event: quotationSubmitted,
  })
}

const NOT_SUBMITTED = {
  submittedById: null,
  submittedAt: null,
  submittedByIds: [],
  submittedThrough: null,
  submittedDigest: null,
}

/** Takes a quotation back before a decision, to change it or to let it be. */
export async function withdrawQuotation(
  unit: UnitOfWork,
  input: { id: string },
): Promise<Quotation> {
  const before = await lockQuotation(unit, input)
  demandQuotationTransition(before.quotation.status, 'DRAFT', 'SUBMITTED')
  const after: Quotation = {
    ...before.quotation,
    status: 'DRAFT',
    ...NOT_SUBMITTED,
  }
  return saveQuotation(unit, before, after, { event: quotationWithdrawn })
}

/**
 * @throws DomainError APPROVAL_REQUIRED naming who may decide, when the caller handed it in, knows the
 * key by which it was handed in, or its total exceeds the caller's limit; CONFLICT when it is no more
 * what was handed in; AccessError FORBIDDEN for a contractor or a key.
 */
export async function approveQuotation(
  unit: UnitOfWork,
  input: { id: string },
): Promise<Quotation> {
  demandStaff(unit.caller)
  const approvedById = demandUser(unit.caller)
  const before = await lockQuotation(unit, input)
  const { quotation } = before
  demandQuotationTransition(quotation.status, 'APPROVED')
  await demandOpenWorkOrder(unit, quotation)
  await demandApprover(unit, quotation, approvedById)
  const digest = digestOfQuotation(quotation, before.lines)
  const sentence = 'It is not what was handed in: withdraw it and hand it in anew'
  demandSameContent(quotation.id, quotation.submittedDigest, digest, sentence)
  const after: Quotation = {
    ...quotation,
    status: 'APPROVED',
    approvedById,
    ...approvalOf(unit, digest),
  }
  return saveQuotation(unit, before, after, { event: quotationApproved })
}

export async function rejectQuotation(
  unit: UnitOfWork,
  input: RejectQuotationInput,
): Promise<Quotation> {
  demandStaff(unit.caller)
  const rejectedById = demandUser(unit.caller)
  const before = await lockQuotation(unit, input)
  demandQuotationTransition(before.quotation.status, 'REJECTED')
  const after: Quotation = {
    ...before.quotation,
    status: 'REJECTED',
    rejectedById,
    rejectedAt: unit.now,
    rejectionReason: input.reason,
  }
  return saveQuotation(unit, before, after, { event: quotationRejected })
}

/** Takes a rejected quotation up again. Why it was rejected stays until it is handed in anew. */
export async function reviseQuotation(unit: UnitOfWork, input: { id: string }): Promise<Quotation> {
  const before = await lockQuotation(unit, input)
  demandQuotationTransition(before.quotation.status, 'DRAFT', 'REJECTED')
  const after: Quotation = {
    ...before.quotation,
    status: 'DRAFT',
    revision: before.quotation.revision + 1,
    ...NOT_SUBMITTED,
  }
  return saveQuotation(unit, before, after)
}

/** Gives a draft up for good. */
export async function cancelQuotation(
  unit: UnitOfWork,
  input: CancelQuotationInput,
): Promise<Quotation> {
  const before = await lockQuotation(unit, input)
  if (before.quotation.status === 'CANCELLED') return before.quotation
  demandQuotationTransition(before.quotation.status, 'CANCELLED')
  const after: Quotation = {
    ...before.quotation,
    status: 'CANCELLED',
    cancelReason: input.reason ?? null,
  }
  return saveQuotation(unit, before, after)
}

async function demandOpenWorkOrder(unit: UnitOfWork, quotation: Quotation): Promise<void> {
  await lockRow(unit, 'workOrder', quotation.workOrderId)
  const workOrder = await unit.tx.workOrder.findUniqueOrThrow({
    where: { id: quotation.workOrderId },
    select: { status: true },
  })
  demandQuotable(workOrder.status, 'id')
}

/** Keeps a schedule from being archived or superseded meanwhile; submissions do not wait for each other. */
async function holdSchedule(unit: UnitOfWork, id: string): Promise<void> {
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM rate_schedule WHERE id = ${id} AND organization_id = ${unit.organizationId} FOR SHARE`,
  )
}

async function demandApprover(
  unit: UnitOfWork,
  quotation: Quotation,
  userId: string,
): Promise<void> {
  // Shared: a limit lowered at this moment is either seen here or comes after the approval.
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM app_user WHERE id = ${userId} AND organization_id = ${unit.organizationId} FOR SHARE`,
  )
  const user = await unit.tx.user.findUniqueOrThrow({
    where: { id: userId },
    select: { approvalLimitCents: true },
  })
  const submitters = [...quotation.submittedByIds, quotation.submittedById ?? userId]
  const own = submitters.includes(userId)
  if (!own && coversAmount(user.approvalLimitCents, quotation.totalAmountCents)) return
  const approvers = await unit.tx.user.findMany({
    where: {
      status: 'ACTIVE',
      role: { in: ['OWNER', 'ADMIN', 'MANAGER'] },
      id: { notIn: [userId, ...submitters] },
      OR: [
        { approvalLimitCents: null },
        { approvalLimitCents: { gte: quotation.totalAmountCents } },
      ],
    },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: 20,
  })
  throw new DomainError(
    own
      ? 'Whoever handed a quotation in, or knows the key that did, cannot approve it'
      : `The total of ${quotation.totalAmountCents} cents exceeds your approval limit of ${user.approvalLimitCents} cents`,
    { code: 'APPROVAL_REQUIRED', approverIds: approvers.map((row) => row.id) },
    ['input', 'id'],
  )
}
