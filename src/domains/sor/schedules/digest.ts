import type { Quotation, QuotationLine } from '../../../generated/prisma/client.ts'
import { digestOf } from '../../../identity/approvals.ts'

type Content = Pick<
  Quotation,
  'scheduleId' | 'workOrderId' | 'revision' | 'note' | 'currency' | 'totalAmountCents'
>

/**
 * What somebody decides on: the work, the schedule, every line and the total, so that what was handed
 * in, what is approved and what is kept can be told apart.
 */
export function digestOfQuotation(quotation: Content, lines: readonly QuotationLine[]): string {
  return digestOf([
    quotation.workOrderId,
    quotation.scheduleId,
    quotation.revision,
    quotation.note,
    quotation.currency,
    String(quotation.totalAmountCents),
    lines.map((line) => [
      line.itemId,
      line.code,
      line.description,
      line.unit,
      String(line.quantityMilli),
      String(line.rateCents),
      String(line.amountCents),
      line.offScheduleReason,
    ]),
  ])
}
