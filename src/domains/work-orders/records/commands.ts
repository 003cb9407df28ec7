import type { Labor, LaborRate, Part, PartUse } from '../../../generated/prisma/client.ts'
import {
  type CommandBody,
  defineCommand,
  type InputBuilder,
} from '../../../graphql/commands/command.ts'
import * as input from './record-input.ts'
import { addLabor, deleteLabor, setLaborRate, startLabor, stopLabor } from './labor.ts'
import {
  adjustPartStock,
  createPart,
  deletePart,
  deletePartUse,
  updatePart,
  usePart,
} from './parts.ts'
import { defineDeletion } from '../orders/define.ts'
import { LaborObject, LaborRateObject, PartObject, PartUseObject } from './type.ts'

const workOrderId = (t: InputBuilder) =>
  t.id({ required: true, description: 'The work order; not a finished one.' })

function defineLaborCommand<I>(name: string, options: CommandBody<I, Labor>): void {
  defineCommand<I, Labor>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: (t) => ({
      labor: t.field({
        type: LaborObject,
        nullable: true,
        description: 'The entry after the change.',
        resolve: (payload): Labor | null => payload.result ?? null,
      }),
    }),
  })
}

defineLaborCommand('laborStart', {
  description:
    'Starts a timer on a work order in progress. It stops by itself when the work order leaves IN_PROGRESS. One timer per person.',
  schema: input.startLaborInput,
  input: (t) => ({
    workOrderId: t.id({ required: true, description: 'The work order; in progress.' }),
    userId: t.id({ description: 'Who works; the caller when left out.' }),
    note: t.string({ description: 'What is being done.' }),
  }),
  run: startLabor,
})

defineLaborCommand('laborStop', {
  description: 'Stops a timer. Records workorder.updated with the new sums.',
  schema: input.byId,
  input: (t) => ({ id: t.id({ required: true, description: 'The running entry.' }) }),
  run: stopLabor,
})

defineLaborCommand('laborAdd', {
  description: 'Records work done without a timer. Records workorder.updated with the new sums.',
  changes: 'workOrderId',
  schema: input.addLaborInput,
  input: (t) => ({
    workOrderId: workOrderId(t),
    userId: t.id({ description: 'Who worked; the caller when left out.' }),
    startedAt: t.field({ type: 'DateTime', required: true, description: 'Start.' }),
    endedAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'End; past, and at most 24 hours after the start.',
    }),
    hourlyRateCents: t.int({
      description: "Price of an hour, cents; the user's rate when left out. Managers only.",
    }),
    note: t.string({ description: 'What was done.' }),
  }),
  run: addLabor,
})

defineDeletion('laborDelete', {
  description: 'Removes labor recorded by mistake. Records workorder.updated with the new sums.',
  schema: input.byId,
  input: (t) => ({ id: t.id({ required: true, description: 'The entry.' }) }),
  run: deleteLabor,
})

defineCommand('laborRateSet', {
  description: 'Sets what an hour of somebody costs from now on. Managers only.',
  permission: 'work-orders:write',
  changes: 'userId',
  schema: input.setLaborRateInput,
  input: (t) => ({
    userId: t.id({ required: true, description: 'Whose hour.' }),
    hourlyRateCents: t.int({ required: true, description: 'Price of an hour, cents.' }),
  }),
  run: setLaborRate,
  payload: (t) => ({
    laborRate: t.field({
      type: LaborRateObject,
      nullable: true,
      description: 'The rate.',
      resolve: (payload): LaborRate | null => payload.result ?? null,
    }),
  }),
})

defineCommand('partUseCreate', {
  description:
    'Takes parts from stock for a work order; a CONFLICT when there are not enough. Records workorder.updated with the new cost.',
  permission: 'work-orders:write',
  changes: 'workOrderId',
  schema: input.usePartInput,
  input: (t) => ({
    workOrderId: workOrderId(t),
    partId: t.id({ required: true, description: 'Which part.' }),
    quantity: t.int({ required: true, description: 'How many, at least 1.' }),
  }),
  run: usePart,
  payload: (t) => ({
    partUse: t.field({
      type: PartUseObject,
      nullable: true,
      description: 'What was taken.',
      resolve: (payload): PartUse | null => payload.result ?? null,
    }),
  }),
})

defineDeletion('partUseDelete', {
  description: 'Puts parts back into stock. Records workorder.updated with the new cost.',
  schema: input.byId,
  input: (t) => ({ id: t.id({ required: true, description: 'The use.' }) }),
  run: deletePartUse,
})

function definePartCommand<I>(name: string, options: CommandBody<I, Part>): void {
  defineCommand<I, Part>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: (t) => ({
      part: t.field({
        type: PartObject,
        nullable: true,
        description: 'The part after the change.',
        resolve: (payload): Part | null => payload.result ?? null,
      }),
    }),
  })
}

definePartCommand('partCreate', {
  description: 'Adds a part to the store. Managers only.',
  schema: input.createPartInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is, 1–200 characters.' }),
    partNumber: t.string({ description: 'Unique number, up to 100 characters.' }),
    unit: t.string({ description: 'What is counted; "piece" when left out.' }),
    unitCostCents: t.int({ description: 'Price of one, cents; 0 when left out.' }),
    stock: t.int({ description: 'How many there are; 0 when left out.' }),
    minStock: t.int({ description: 'How many there should be at least; 0 when left out.' }),
  }),
  run: createPart,
})

definePartCommand('partUpdate', {
  description: 'Changes a part; what is left out stays. Uses keep their price. Managers only.',
  schema: input.updatePartInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The part.' }),
    name: t.string({ description: 'New name.' }),
    partNumber: t.string({ description: 'New number; null removes it.' }),
    unit: t.string({ description: 'New unit.' }),
    unitCostCents: t.int({ description: 'New price of one, cents.' }),
    minStock: t.int({ description: 'New minimum.' }),
  }),
  run: updatePart,
})

definePartCommand('partStockAdjust', {
  description: 'Adds a delivery to the stock, or takes off what was lost. Managers only.',
  schema: input.adjustPartStockInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The part.' }),
    by: t.int({ required: true, description: 'How many more; negative = fewer.' }),
  }),
  run: adjustPartStock,
})

defineDeletion('partDelete', {
  description: 'Removes a part that was never used; otherwise a CONFLICT. Managers only.',
  schema: input.byId,
  input: (t) => ({ id: t.id({ required: true, description: 'The part.' }) }),
  run: deletePart,
})
