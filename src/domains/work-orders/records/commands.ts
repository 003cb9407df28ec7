import type { Labor, Part } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, id, int, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { defineDeletion } from '../orders/define.ts'
import { description, unfinishedOrder } from '../orders/fields.ts'
import { addLabor, deleteLabor, setLaborRate, startLabor, stopLabor } from './labor.ts'
import {
  adjustPartStock,
  createPart,
  deletePart,
  deletePartUse,
  updatePart,
  usePart,
} from './parts.ts'
import { LaborObject, LaborRateObject, PartObject, PartUseObject } from './type.ts'

const price = (words: string) => int({ min: 0, max: 100_000_000 }, words)
const count = (words: string) => int({ min: 0, max: 1_000_000_000 }, words)
/** Longest single entry; a forgotten timer is longer, typed work is not. */
const MOST_HOURS = 24

const startInput = inputOf({
  workOrderId: id('The work order; in progress.'),
  userId: id('Who works; the caller when left out.').optional(),
  note: description.describe('What is being done.').optional(),
})
export type StartLaborInput = ValueOf<typeof startInput>

const addInput = inputOf(
  {
    workOrderId: unfinishedOrder,
    userId: id('Who worked; the caller when left out.').optional(),
    startedAt: dateTime('Start.'),
    endedAt: dateTime(`End; past, and at most ${MOST_HOURS} hours after the start.`),
    hourlyRateCents: price(
      "Price of an hour, cents; the user's rate when left out. Managers only.",
    ).optional(),
    note: description.describe('What was done.').optional(),
  },
  (labor) =>
    labor
      .refine(({ startedAt, endedAt }) => endedAt > startedAt, {
        path: ['endedAt'],
        error: 'must be after startedAt',
      })
      .refine(({ startedAt, endedAt }) => +endedAt - +startedAt <= MOST_HOURS * 3_600_000, {
        path: ['endedAt'],
        error: `must be at most ${MOST_HOURS} hours after startedAt`,
      }),
)
export type AddLaborInput = ValueOf<typeof addInput>

const rateInput = inputOf({
  userId: id('Whose hour.'),
  hourlyRateCents: price('Price of an hour, cents.'),
})
export type SetLaborRateInput = ValueOf<typeof rateInput>

const useInput = inputOf({
  workOrderId: unfinishedOrder,
  partId: id('Which part.'),
  quantity: int({ min: 1, max: 1_000_000 }, 'How many, at least {min}.'),
})
export type UsePartInput = ValueOf<typeof useInput>

const name = text({ max: 200 }, 'What it is, {min}–{max} characters.')
const partNumber = text({ max: 100 }, 'Unique number, up to {max} characters.')
const unit = text({ max: 20 }, 'What is counted; "piece" when left out.')

const createInput = inputOf({
  name,
  partNumber: partNumber.optional(),
  unit: unit.optional(),
  unitCostCents: price('Price of one, cents; 0 when left out.').optional(),
  stock: count('How many there are; 0 when left out.').optional(),
  minStock: count('How many there should be at least; 0 when left out.').optional(),
})
export type CreatePartInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The part.'),
  name: name.describe('New name.').optional(),
  partNumber: partNumber.describe('New number; null removes it.').clearable(),
  unit: unit.describe('New unit.').optional(),
  unitCostCents: price('New price of one, cents.').optional(),
  minStock: count('New minimum.').optional(),
})
export type UpdatePartInput = ValueOf<typeof updateInput>

const adjustInput = inputOf({
  id: id('The part.'),
  by: int({ min: -1_000_000_000, max: 1_000_000_000 }, 'How many more; negative = fewer.'),
})
export type AdjustPartStockInput = ValueOf<typeof adjustInput>

function defineLaborCommand<I>(name: string, options: CommandBody<I, Labor>): void {
  defineCommand<I, Labor>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: recordPayload('labor', LaborObject, 'The entry after the change.'),
  })
}

defineLaborCommand('laborStart', {
  description:
    'Starts a timer on a work order in progress. It stops by itself when the work order leaves IN_PROGRESS. One timer per person.',
  input: startInput,
  run: startLabor,
})

defineLaborCommand('laborStop', {
  description: 'Stops a timer. Records workorder.updated with the new sums.',
  input: onlyId('The running entry.'),
  run: stopLabor,
})

defineLaborCommand('laborAdd', {
  description: 'Records work done without a timer. Records workorder.updated with the new sums.',
  changes: 'workOrderId',
  input: addInput,
  run: addLabor,
})

defineDeletion('laborDelete', {
  description: 'Removes labor recorded by mistake. Records workorder.updated with the new sums.',
  input: onlyId('The entry.'),
  run: deleteLabor,
})

defineCommand('laborRateSet', {
  description: 'Sets what an hour of somebody costs from now on. Managers only.',
  permission: 'work-orders:write',
  changes: 'userId',
  input: rateInput,
  run: setLaborRate,
  payload: recordPayload('laborRate', LaborRateObject, 'The rate.'),
})

defineCommand('partUseCreate', {
  description:
    'Takes parts from stock for a work order; a CONFLICT when there are not enough. Records workorder.updated with the new cost.',
  permission: 'work-orders:write',
  changes: 'workOrderId',
  input: useInput,
  run: usePart,
  payload: recordPayload('partUse', PartUseObject, 'What was taken.'),
})

defineDeletion('partUseDelete', {
  description: 'Puts parts back into stock. Records workorder.updated with the new cost.',
  input: onlyId('The use.'),
  run: deletePartUse,
})

function definePartCommand<I>(name: string, options: CommandBody<I, Part>): void {
  defineCommand<I, Part>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: recordPayload('part', PartObject, 'The part after the change.'),
  })
}

definePartCommand('partCreate', {
  description: 'Adds a part to the store. Managers only.',
  input: createInput,
  run: createPart,
})

definePartCommand('partUpdate', {
  description: 'Changes a part; what is left out stays. Uses keep their price. Managers only.',
  input: updateInput,
  run: updatePart,
})

definePartCommand('partStockAdjust', {
  description: 'Adds a delivery to the stock, or takes off what was lost. Managers only.',
  input: adjustInput,
  run: adjustPartStock,
})

defineDeletion('partDelete', {
  description: 'Removes a part that was never used; otherwise a CONFLICT. Managers only.',
  input: onlyId('The part.'),
  run: deletePart,
})
