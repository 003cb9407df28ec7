import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../../events/envelope.ts'
import type { FacetsOf } from '../../../events/match.ts'
import type { Quotation, QuotationLine } from '../../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../../locations/events.ts'
import { formatQuantity } from '../money.ts'
import { at, seconds } from '../moments.ts'

const linePayload = z.object({
  id: z.string(),
  itemId: z.string().optional().describe('Item of the schedule; absent for other work.'),
  code: z.string().optional(),
  description: z.string(),
  unit: z.enum(['Each', 'M', 'M2', 'M3', 'Hour', 'Day', 'Lot']),
  quantity: z.string().describe('Decimal with at most three places.'),
  rateCents: z.int(),
  amountCents: z.int().describe('quantity × rateCents, halves rounded up.'),
  offSchedule: z.boolean().describe('Whether the schedule does not list it.'),
  offScheduleReason: z.string().optional(),
})

const quotationPayload = z.object({
  id: z.string(),
  scheduleId: z.string(),
  workOrderId: z.string(),
  status: z.enum(['Draft', 'Submitted', 'Approved', 'Rejected', 'Cancelled']),
  revision: z.int().describe('Rises each time that a rejected quotation is taken up again.'),
  note: z.string().optional(),
  currency: z.string().describe('ISO 4217 code of its amounts.'),
  totalAmountCents: z.int(),
  lineItemCount: z.int(),
  lines: z.array(linePayload),
  createdBy: z.string(),
  submittedBy: z.string().optional(),
  submittedAt: seconds('When it was handed in').optional(),
  approvedBy: z.string().optional(),
  approvedAt: seconds('Approval').optional(),
  rejectedBy: z.string().optional(),
  rejectedAt: seconds('Rejection').optional(),
  rejectionReason: z.string().optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type QuotationPayload = z.infer<typeof quotationPayload>

function serializeLine(line: QuotationLine): z.infer<typeof linePayload> {
  return omitEmpty({
    id: line.id,
    itemId: line.itemId,
    code: line.code,
    description: line.description,
    unit: linePayload.shape.unit.parse(toPascalCase(line.unit)),
    quantity: formatQuantity(line.quantityMilli),
    rateCents: Number(line.rateCents),
    amountCents: Number(line.amountCents),
    offSchedule: line.itemId === null,
    offScheduleReason: line.offScheduleReason,
  })
}

/** The one shape in which a quotation appears in events, its lines in their order included. */
export function serializeQuotation(
  quotation: Quotation,
  lines: readonly QuotationLine[],
): QuotationPayload {
  return omitEmpty({
    id: quotation.id,
    scheduleId: quotation.scheduleId,
    workOrderId: quotation.workOrderId,
    status: quotationPayload.shape.status.parse(toPascalCase(quotation.status)),
    revision: quotation.revision,
    note: quotation.note,
    currency: quotation.currency,
    totalAmountCents: Number(quotation.totalAmountCents),
    lineItemCount: quotation.lineItemCount,
    lines: lines.map(serializeLine),
    createdBy: quotation.createdById,
    submittedBy: quotation.submittedById,
    submittedAt: at(quotation.submittedAt),
    approvedBy: quotation.approvedById,
    approvedAt: at(quotation.approvedAt),
    rejectedBy: quotation.rejectedById,
    rejectedAt: at(quotation.rejectedAt),
    rejectionReason: quotation.rejectionReason,
    created: toUnixSeconds(quotation.created),
    updated: toUnixSeconds(quotation.updated),
  })
}

/** @param place where the work order is. */
/** @param companyId of who has drawn it up */
export function quotationFacets(
  quotation: Quotation,
  place: PlaceRef,
  companyId: string | null,
): FacetsOf<'location' | 'site' | 'workOrder' | 'schedule' | 'quotation'> {
  const party = [quotation.createdById, companyId].filter((id) => id !== null)
  return {
    ...placeFacets(place),
    workOrder: [quotation.workOrderId],
    schedule: [quotation.scheduleId],
    quotation: [quotation.id],
    party,
  }
}

const quotationExample: QuotationPayload = {
  id: 'sor-qt-5w1c9r4',
  scheduleId: 'sor-sch-3k8v2n6',
  workOrderId: 'wo-7h2p9q4',
  status: 'Submitted',
  revision: 1,
  currency: 'EUR',
  totalAmountCents: 31_875,
  lineItemCount: 1,
  lines: [
    {
      id: 'sor-li-8m2d7f3',
      itemId: 'sor-it-1b6g4t9',
      code: 'ME-014',
      description: 'Lift mechanic, working hours',
      unit: 'Hour',
      quantity: '3.75',
      rateCents: 8_500,
      amountCents: 31_875,
      offSchedule: false,
    },
  ],
  createdBy: 'usr-6j4s2y8',
  submittedBy: 'usr-6j4s2y8',
  submittedAt: 1_780_003_600,
  created: 1_780_002_000,
  updated: 1_780_003_600,
}

const ofQuotation = {
  scopes: ['sor:read', 'work-orders:read'],
  payload: quotationPayload,
  facets: [...PLACE_FACETS, 'workOrder', 'schedule', 'quotation'],
} as const

export const quotationSubmitted = defineEvent({
  ...ofQuotation,
  type: 'sor.quotation.submitted',
  description: 'A quotation was handed in for a decision, at the rates of this moment.',
  example: quotationExample,
  previousExample: { status: 'Draft', submittedBy: null, submittedAt: null },
})

export const quotationWithdrawn = defineEvent({
  ...ofQuotation,
  type: 'sor.quotation.withdrawn',
  description: 'A quotation was taken back before a decision: it is a draft again.',
  example: {
    ...withoutSubmission(quotationExample),
    status: 'Draft',
    updated: 1_780_005_000,
  },
  previousExample: {
    status: 'Submitted',
    submittedBy: 'usr-9d3x5z7',
    submittedAt: 1_780_000_000,
  },
})

export const quotationApproved = defineEvent({
  ...ofQuotation,
  type: 'sor.quotation.approved',
  description: 'A quotation was approved.',
  example: {
    ...quotationExample,
    status: 'Approved',
    approvedBy: 'usr-9d3x5z7',
    approvedAt: 1_780_010_000,
    updated: 1_780_010_000,
  },
  previousExample: { status: 'Submitted', approvedBy: null, approvedAt: null },
})

export const quotationRejected = defineEvent({
  ...ofQuotation,
  type: 'sor.quotation.rejected',
  description: 'A quotation was rejected; it can be taken up again as a further revision.',
  example: {
    ...quotationExample,
    status: 'Rejected',
    rejectedBy: 'usr-9d3x5z7',
    rejectedAt: 1_780_010_000,
    rejectionReason: 'Two hours are enough for this',
    updated: 1_780_010_000,
  },
  previousExample: {
    status: 'Submitted',
    rejectedBy: null,
    rejectedAt: null,
    rejectionReason: null,
  },
})

function withoutSubmission(payload: QuotationPayload): QuotationPayload {
  const { submittedBy: _by, submittedAt: _at, ...rest } = payload
  return rest
}
