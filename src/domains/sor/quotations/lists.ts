import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { byCents, byId, byMoment, computed, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { RateUnitEnum } from '../schedules/type.ts'
import { QuotationStatusEnum } from './type.ts'

builder.queryFields((t) => ({
  quotation: t.prismaField({
    type: 'Quotation',
    nullable: true,
    description: 'One quotation; null when there is none with this id.',
    authScopes: { permission: 'sor:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the quotation.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).quotation.findUnique({
        ...query,
        where: { id },
      }),
  }),
}))

const quotations = defineList('Quotation', {
  called: 'quotations',
  where: {
    statuses: oneOf(QuotationStatusEnum, 'One of these statuses.', 'status'),
    workOrderId: byId('By work order.'),
    scheduleId: byId('By schedule of rates.'),
    createdById: byId('By whose it is.'),
    siteId: computed('ID', 'For work at any place of this site.', (siteId: string) => ({
      workOrder: { location: { siteId } },
    })),
    totalAmountCents: byCents('By total.'),
    submittedAt: byMoment('By when it was handed in.'),
    approvedAt: byMoment('By approval.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    search: search('the remarks', ['note']),
  },
  orderBy: {
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
    SUBMITTED_AT: ['submittedAt', 'When it was handed in.'],
    TOTAL_AMOUNT: ['totalAmountCents', 'Total.'],
  },
  otherwise: [{ created: 'desc' }],
})

quotations.query('quotations', {
  description:
    'Quotations, newest first unless ordered otherwise. Contractors find their own only.',
  authScopes: { permission: 'sor:read' },
})

quotations.below('WorkOrder', 'quotations', {
  connection: 'WorkOrderQuotations',
  description:
    'Quotations for it, newest first unless ordered otherwise; a contractor finds their own.',
  authScopes: { permission: 'sor:read' },
  otherwise: [{ id: 'desc' }],
})

const lines = defineList('QuotationLine', {
  called: 'lines',
  where: {
    itemId: byId('By item of the schedule.'),
    codes: oneOf('String', 'One of these codes.', 'code'),
    units: oneOf(RateUnitEnum, 'One of these units.', 'unit'),
    amountCents: byCents('By amount.'),
    search: search('the code and the description', ['code', 'description']),
  },
  orderBy: {
    POSITION: ['position', 'Place in the quotation.'],
    CODE: ['code', 'Code.'],
    AMOUNT: ['amountCents', 'Amount.'],
  },
  otherwise: [{ position: 'asc' }],
})

lines.below('Quotation', 'lines', {
  connection: 'QuotationLine',
  description: 'Its lines in their order, unless ordered otherwise.',
})
