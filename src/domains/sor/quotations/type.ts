import { QuotationStatus } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { formatQuantity } from '../money.ts'
import { QUOTATION_TRANSITIONS } from '../rules.ts'
import { RateUnitEnum } from '../schedules/type.ts'

export const QuotationStatusEnum = builder.enumType('QuotationStatus', {
  description: 'Where a quotation stands.',
  values: {
    [QuotationStatus.DRAFT]: { description: 'Being drawn up.' },
    [QuotationStatus.SUBMITTED]: { description: 'Handed in; waits for a decision.' },
    [QuotationStatus.APPROVED]: { description: 'Approved. Final.' },
    [QuotationStatus.REJECTED]: { description: 'Rejected; can be revised.' },
    [QuotationStatus.CANCELLED]: { description: 'Given up. Final.' },
  },
})

builder.prismaNode('QuotationLine', {
  id: { field: 'id' },
  nullable: true,
  // Somebody else's is not found by a contractor, by its id either.
  findUnique: (id) => ({ id }),
  name: registerNode('quotationLine', 'QuotationLine'),
  description: 'One priced position of a quotation.',
  authScopes: { permission: 'sor:read' },
  fields: (t) => ({
    position: t.exposeInt('position', { description: '1, 2, 3, … in the order given.' }),
    item: t.relation('item', {
      nullable: true,
      description: 'Item of the schedule; null for work that it does not list.',
    }),
    code: t.exposeString('code', { nullable: true, description: 'Code of the item.' }),
    description: t.exposeString('description', { description: 'The work.' }),
    unit: t.expose('unit', { type: RateUnitEnum, description: 'What the rate is for one of.' }),
    quantity: t.string({
      description: 'How many units: a decimal with at most three places, "2.5".',
      select: { quantityMilli: true },
      resolve: (line) => formatQuantity(line.quantityMilli),
    }),
    rateCents: t.expose('rateCents', {
      type: 'BigInt',
      description: 'Price of one unit in cents, as it was when the quotation was handed in.',
    }),
    amountCents: t.expose('amountCents', {
      type: 'BigInt',
      description: 'quantity × rate in cents, halves rounded up.',
    }),
    offSchedule: t.boolean({
      description: 'Whether the schedule does not list this work.',
      select: { itemId: true },
      resolve: (line) => line.itemId === null,
    }),
    offScheduleReason: t.exposeString('offScheduleReason', {
      nullable: true,
      description: 'Why work was offered that the schedule does not list.',
    }),
  }),
})

export const QuotationType = builder.prismaNode('Quotation', {
  id: { field: 'id' },
  nullable: true,
  findUnique: (id) => ({ id }),
  name: registerNode('quotation', 'Quotation'),
  description:
    'What is asked for the work of a work order, priced by a schedule of rates. Contractors see their own only.',
  authScopes: { permission: 'sor:read' },
  fields: (t) => ({
    schedule: t.relation('schedule', {
      nullable: true,
      description: 'The schedule that prices it; null for whoever may not see it.',
    }),
    workOrder: t.relation('workOrder', {
      nullable: true,
      description: 'The work that it is for; null for whoever may not see it.',
    }),
    status: t.expose('status', { type: QuotationStatusEnum, description: 'Where it stands.' }),
    allowedStatuses: t.field({
      type: [QuotationStatusEnum],
      description: 'Statuses that it could go to now.',
      select: { status: true },
      resolve: (quotation) => [...QUOTATION_TRANSITIONS[quotation.status]],
    }),
    revision: t.exposeInt('revision', {
      description: 'Rises each time that it is taken up again after a rejection.',
    }),
    note: t.exposeString('note', { nullable: true, description: 'Remarks.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code of its amounts.' }),
    totalAmountCents: t.expose('totalAmountCents', {
      type: 'BigInt',
      description: 'Sum of its lines in cents, counted here.',
    }),
    lineItemCount: t.exposeInt('lineItemCount', { description: 'How many lines it has.' }),
    createdBy: t.relation('createdBy', {
      description: 'Whose it is; for an integration, who made its key.',
    }),
    createdById: t.exposeID('createdById', {
      description: 'Its id, for callers who may not read users.',
    }),
    submittedBy: t.relation('submittedBy', { nullable: true, description: 'Who handed it in.' }),
    submittedById: t.exposeID('submittedById', {
      nullable: true,
      description: 'Id of who handed it in.',
    }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was handed in.',
    }),
    submittedByIds: t.exposeStringList('submittedByIds', {
      description:
        'Everybody who may have handed it in: the person, or all who know the key that did. None of them approves it.',
    }),
    submittedThrough: t.exposeString('submittedThrough', {
      nullable: true,
      description: 'Id of the session or key through which it was handed in.',
    }),
    submittedDigest: t.exposeString('submittedDigest', {
      nullable: true,
      description: 'SHA-256 of what was handed in: work order, schedule, lines and total.',
    }),
    approvedBy: t.relation('approvedBy', { nullable: true, description: 'Who approved it.' }),
    approvedById: t.exposeID('approvedById', {
      nullable: true,
      description: 'Id of who approved it.',
    }),
    approvedAt: t.expose('approvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was approved.',
    }),
    approvedThrough: t.exposeString('approvedThrough', {
      nullable: true,
      description: 'Id of the session through which it was approved.',
    }),
    approvedDigest: t.exposeString('approvedDigest', {
      nullable: true,
      description: 'SHA-256 of what was approved; the same as submittedDigest.',
    }),
    rejectedBy: t.relation('rejectedBy', { nullable: true, description: 'Who rejected it.' }),
    rejectedById: t.exposeID('rejectedById', {
      nullable: true,
      description: 'Id of who rejected it.',
    }),
    rejectedAt: t.expose('rejectedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was rejected.',
    }),
    rejectionReason: t.exposeString('rejectionReason', {
      nullable: true,
      description: 'Why it was rejected; stays until it is handed in anew.',
    }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'Why it was given up.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was drawn up.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
