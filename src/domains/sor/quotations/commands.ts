import { z } from 'zod'
import type { Quotation } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { field, inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { cents, id, listOf, oneOf, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { parseQuantity } from '../money.ts'
import { RateUnitEnum } from '../schedules/type.ts'
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

const quotationLine = inputType(
  'QuotationLineInput',
  'One line: an item of the schedule with a quantity, or other work with all of description, unit, rateCents and reason. Amounts are counted by the server.',
  {
    itemId: id("Item of the schedule; its rate is the schedule's.").optional(),
    quantity: field(
      'String',
      z.string(),
      'How many units: a decimal above zero with at most three places, "2.5".',
    )
      .refine(
        (given) => parseQuantity(given) !== undefined,
        'must be a decimal above zero with at most three places, like "2.5"',
      )
      .transform((given) => parseQuantity(given) ?? 0n),
    code: text({ max: 32 }, 'Code of other work, up to {max} characters.').optional(),
    description: text({ max: 500 }, "The work; the item's when left out.").optional(),
    unit: oneOf(RateUnitEnum, 'Unit of other work.').optional(),
    rateCents: cents('Price of one unit of other work, in cents.').optional(),
    reason: text(
      { max: 500 },
      "Why the schedule's items do not do, {min}–{max} characters.",
    ).optional(),
  },
)
export type LineInput = ValueOf<typeof quotationLine>

/** All of them stand in the events of a quotation. */
const MAX_LINES = 200
const lines = listOf(quotationLine, { max: MAX_LINES }, 'Its lines, at most {max}.')
const note = text({ min: 0, max: 2_000 }, 'Remarks, up to {max} characters.')

const createInput = inputOf({
  scheduleId: id('The schedule that prices it.'),
  workOrderId: id('The work that it is for.'),
  note: note.optional(),
  lines: lines.optional(),
})
export type CreateQuotationInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The quotation.'),
  scheduleId: id('Another schedule; give the lines too.').optional(),
  note: note.describe('New remarks; null removes them.').clearable(),
  lines: lines.describe('All its lines, at most {max}.').optional(),
})
export type UpdateQuotationInput = ValueOf<typeof updateInput>

const reason = text({ max: 500 }, 'Why, {min}–{max} characters.')

const rejectInput = inputOf({ id: id('The quotation.'), reason })
export type RejectQuotationInput = ValueOf<typeof rejectInput>

const cancelInput = inputOf({ id: id('The quotation.'), reason: reason.optional() })
export type CancelQuotationInput = ValueOf<typeof cancelInput>

defineCommand('quotationCreate', {
  description: 'Draws up a quotation for a work order.',
  permission: 'sor:write',
  input: createInput,
  run: createQuotation,
  payload: recordPayload('quotation', QuotationType, 'The new draft.'),
})

defineCommand('quotationUpdate', {
  description: 'Changes a draft; what is left out stays, given lines replace all it had.',
  permission: 'sor:write',
  input: updateInput,
  run: updateQuotation,
  payload: recordPayload('quotation', QuotationType, 'The draft after the change.'),
})

/** The steps of a quotation differ in their rules, not in their shape. */
function defineStep<I>(name: string, step: CommandBody<I, Quotation>): void {
  defineCommand<I, Quotation>(name, {
    ...step,
    permission: 'sor:write',
    payload: recordPayload('quotation', QuotationType, 'The quotation after the step.'),
  })
}

defineStep('quotationSubmit', {
  description:
    'Hands a draft in for a decision, at the rates that the schedule has now. One per work order waits at a time. Records sor.quotation.submitted.',
  input: onlyId('The quotation.'),
  run: submitQuotation,
})

defineStep('quotationWithdraw', {
  description:
    'Takes a quotation back before a decision: it is a draft again. Records sor.quotation.withdrawn.',
  input: onlyId('The quotation.'),
  run: withdrawQuotation,
})

defineStep('quotationApprove', {
  description:
    'Approves a quotation: a signed-in user who did not hand it in and whose approval limit covers the total. Records sor.quotation.approved.',
  input: onlyId('The quotation.'),
  run: approveQuotation,
})

defineStep('quotationReject', {
  description: 'Rejects a quotation. Records sor.quotation.rejected.',
  input: rejectInput,
  run: rejectQuotation,
})

defineStep('quotationRevise', {
  description: 'Takes a rejected quotation up again as a draft, a revision later.',
  input: onlyId('The quotation.'),
  run: reviseQuotation,
})

defineStep('quotationCancel', {
  description: 'Gives a draft up for good.',
  input: cancelInput,
  run: cancelQuotation,
})
