import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError } from '../../errors.ts'

/**
 * Work is not complete while it is still being decided what it may cost. To be called with the work
 * order locked: a submission locks it too, so neither slips past the other.
 * @throws DomainError CONFLICT naming the quotation that waits for a decision.
 */
export async function demandNoSubmittedQuotation(
  unit: UnitOfWork,
  workOrderId: string,
): Promise<void> {
  const waiting = await unit.tx.quotation.findFirst({
    where: { workOrderId, status: 'SUBMITTED' },
    select: { id: true },
  })
  if (waiting === null) return
  throw new DomainError(
    'A quotation for this work order waits for a decision',
    { code: 'CONFLICT', ids: [waiting.id] },
    ['input', 'status'],
  )
}
