import type { z } from 'zod'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { Quotation } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import {
  cancelQuotationInput,
  createQuotationInput,
  rejectQuotationInput,
  stepInput,
  updateQuotationInput,
} from '../input.ts'
import { createQuotation, updateQuotation } from './service.ts'
import {
  approveQuotation,
  cancelQuotation,
  rejectQuotation,
  reviseQuotation,
  submitQuotation,
  withdrawQuotation,
} from './steps.ts'
import { QuotationType } from './type.ts'
import { RateUnitEnum } from '../schedules/type.ts'

const QuotationLineInput = builder.inputType('QuotationLineInput', {
  description:
    'One line: an item of the schedule with a quantity, or other work with all of description, unit, rateCents and reason. Amounts are counted by the server.',
  fields: (t) => ({
    itemId: t.id({ description: "Item of the schedule; its rate is the schedule's." }),
    quantity: t.string({
      required: true,
      description: 'How many units: a decimal above zero with at most three places, "2.5".',
    }),
    description: t.string({ description: "The work; the item's when left out." }),
    code: t.string({ description: 'Code of other work, up to 32 characters.' }),
    unit: t.field({ type: RateUnitEnum, description: 'Unit of other work.' }),
    rateCents: t.field({
      type: 'BigInt',
      description: 'Price of one unit of other work, in cents.',
    }),
    reason: t.string({ description: "Why the schedule's items do not do, 1–500 characters." }),
  }),
})

defineCommand('quotationCreate', {
  description: 'Draws up a quotation for a work order.',
  permission: 'sor:write',
  schema: createQuotationInput,
  input: (t) => ({
    scheduleId: t.id({ required: true, description: 'The schedule that prices it.' }),
    workOrderId: t.id({ required: true, description: 'The work that it is for.' }),
    note: t.string({ description: 'Remarks, up to 2,000 characters.' }),
    lines: t.field({ type: [QuotationLineInput], description: 'Its lines, at most 200.' }),
  }),
  run: createQuotation,
  payload: (t) => ({
    quotation: t.field({
      type: QuotationType,
      nullable: true,
      description: 'The new draft.',
      resolve: (payload): Quotation | null => payload.result ?? null,
    }),
  }),
})

defineCommand('quotationUpdate', {
  description: 'Changes a draft; what is left out stays, given lines replace all it had.',
  permission: 'sor:write',
  schema: updateQuotationInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The quotation.' }),
    scheduleId: t.id({ description: 'Another schedule; give the lines too.' }),
    note: t.string({ description: 'New remarks; null removes them.' }),
    lines: t.field({ type: [QuotationLineInput], description: 'All its lines, at most 200.' }),
  }),
  run: updateQuotation,
  payload: (t) => ({
    quotation: t.field({
      type: QuotationType,
      nullable: true,
      description: 'The draft after the change.',
      resolve: (payload): Quotation | null => payload.result ?? null,
    }),
  }),
})

interface Step<I> {
  description: string
  schema: z.ZodType<I>
  run: (unit: UnitOfWork, input: I) => Promise<Quotation>
  /** What `reason` is for, where the step takes one. */
  reason?: { description: string; required: boolean }
}

/** The steps of a quotation's life differ in their rules, not in their shape. */
function defineStep<I>(name: string, step: Step<I>): void {
  const { reason } = step
  defineCommand(name, {
    description: step.description,
    permission: 'sor:write',
    schema: step.schema,
    input: (t) => ({
      id: t.id({ required: true, description: 'The quotation.' }),
      ...(reason === undefined ? {} : { reason: t.string(reason) }),
    }),
    run: step.run,
    payload: (t) => ({
      quotation: t.field({
        type: QuotationType,
        nullable: true,
        description: 'The quotation after the step.',
        resolve: (payload): Quotation | null => payload.result ?? null,
      }),
    }),
  })
}

defineStep('quotationSubmit', {
  description:
    'Hands a draft in for a decision, at the rates that the schedule has now. One per work order waits at a time. Records sor.quotation.submitted.',
  schema: stepInput,
  run: submitQuotation,
})

defineStep('quotationWithdraw', {
  description:
    'Takes a quotation back before a decision: it is a draft again. Records sor.quotation.withdrawn.',
  schema: stepInput,
  run: withdrawQuotation,
})

defineStep('quotationApprove', {
  description:
    'Approves a quotation: a signed-in user who did not hand it in and whose approval limit covers the total. Records sor.quotation.approved.',
  schema: stepInput,
  run: approveQuotation,
})

defineStep('quotationReject', {
  description: 'Rejects a quotation. Records sor.quotation.rejected.',
  schema: rejectQuotationInput,
  run: rejectQuotation,
  reason: { description: 'Why, 1–500 characters.', required: true },
})

defineStep('quotationRevise', {
  description: 'Takes a rejected quotation up again as a draft, a revision later.',
  schema: stepInput,
  run: reviseQuotation,
})

defineStep('quotationCancel', {
  description: 'Gives a draft up for good.',
  schema: cancelQuotationInput,
  run: cancelQuotation,
  reason: { description: 'Why, 1–500 characters.', required: false },
})
