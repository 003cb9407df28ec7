import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Quotation, QuotationLine, RateSchedule } from '../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../locations/events.ts'
import { formatQuantity } from './money.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)
const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))

const schedulePayload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['Draft', 'Published', 'Superseded', 'Expired', 'Archived']),
  companyId: z.string().optional().describe('Company that the rates were agreed with.'),
  currency: z.string().describe('ISO 4217 code of its rates.'),
  effectiveFrom: seconds('Start of the period'),
  effectiveTo: seconds('End of the period, which no longer belongs to it'),
  revision: z.int().describe('1, 2, 3, …: each replaces the one before.'),
  supersedesId: z.string().optional().describe('The revision before.'),
  supersededAt: seconds('When a later revision took its place').optional(),
  itemCount: z.int(),
  publishedBy: z.string().optional(),
  publishedAt: seconds('Publication').optional(),
  archivedAt: seconds('When it was archived').optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type SchedulePayload = z.infer<typeof schedulePayload>

/** The one shape in which a schedule of rates appears in events. Its items are read by query. */
export function serializeSchedule(schedule: RateSchedule): SchedulePayload {
  return omitEmpty({
    id: schedule.id,
    name: schedule.name,
    description: schedule.description,
    status: schedulePayload.shape.status.parse(toPascalCase(schedule.status)),
    companyId: schedule.companyId,
    currency: schedule.currency,
    effectiveFrom: toUnixSeconds(schedule.effectiveFrom),
    effectiveTo: toUnixSeconds(schedule.effectiveTo),
    revision: schedule.revision,
    supersedesId: schedule.supersedesId,
    // Until its successor begins, a published schedule is what it was.
    supersededAt: schedule.status === 'SUPERSEDED' ? at(schedule.supersededAt) : null,
    itemCount: schedule.itemCount,
    publishedBy: schedule.publishedById,
    publishedAt: at(schedule.publishedAt),
    archivedAt: at(schedule.archivedAt),
    created: toUnixSeconds(schedule.created),
    updated: toUnixSeconds(schedule.updated),
  })
}

/** One being drawn up belongs to nobody yet, one for no company in particular to the whole organization. */
export function scheduleFacets(
  schedule: Pick<RateSchedule, 'id' | 'status' | 'companyId' | 'organizationId'>,
): FacetsOf<'schedule'> {
  const { id, status, companyId, organizationId } = schedule
  return { schedule: [id], ...(status === 'DRAFT' ? {} : { party: [companyId ?? organizationId] }) }
}

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

const scheduleExample: SchedulePayload = {
  id: 'sor-sch-3k8v2n6',
  name: 'Building services 2026',
  status: 'Published',
  currency: 'EUR',
  effectiveFrom: 1_780_000_000,
  effectiveTo: 1_811_536_000,
  revision: 1,
  itemCount: 118,
  publishedBy: 'usr-9d3x5z7',
  publishedAt: 1_779_990_000,
  created: 1_779_900_000,
  updated: 1_779_990_000,
}

const ofSchedule = {
  scopes: ['sor:read'],
  payload: schedulePayload,
  facets: ['schedule'],
} as const

export const schedulePublished = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.published',
  description: 'A schedule of rates was published: its items and rates are fixed from here on.',
  example: scheduleExample,
  previousExample: { status: 'Draft', publishedBy: null, publishedAt: null },
})

export const scheduleArchived = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.archived',
  description: 'A published schedule of rates was taken out of use before its end.',
  example: {
    ...scheduleExample,
    status: 'Archived',
    archivedAt: 1_790_000_000,
    updated: 1_790_000_000,
  },
  previousExample: { status: 'Published', archivedAt: null },
})

export const scheduleSuperseded = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.superseded',
  description: 'A published schedule of rates gave way to its next revision.',
  example: {
    ...scheduleExample,
    status: 'Superseded',
    supersededAt: 1_790_000_000,
    updated: 1_790_000_000,
  },
  previousExample: { status: 'Published', supersededAt: null },
})

export const scheduleExpired = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.expired',
  description: 'A published schedule of rates reached the end of its period.',
  example: { ...scheduleExample, status: 'Expired', updated: 1_811_536_000 },
  previousExample: { status: 'Published' },
})

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
