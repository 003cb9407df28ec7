import { builder } from '../../../graphql/builder.ts'
import { defineCommand, type InputBuilder } from '../../../graphql/commands/command.ts'
import { type Refusal, UserError } from '../../../graphql/commands/user-errors.ts'
import {
  bulkChangeStatusInput,
  bulkCreateInput,
  changeWorkOrderStatusInput,
  createWorkOrderInput,
  deleteWorkOrderInput,
  MAX_BULK_ITEMS,
  updateWorkOrderInput,
} from '../input.ts'
import {
  bulkChangeWorkOrderStatus,
  bulkCreateWorkOrders,
  type BulkResult,
} from '../service/bulk.ts'
import { createWorkOrder } from '../service/create.ts'
import { deleteWorkOrder } from '../service/delete.ts'
import { changeWorkOrderStatus } from '../service/status.ts'
import { updateWorkOrder } from '../service/update.ts'
import { defineDeletion, defineWorkOrderCommand } from './define.ts'
import { PriorityEnum, StatusEnum, TypeEnum } from './enums.ts'
import { WorkOrderObject } from './type.ts'

export const ChecklistItemInput = builder.inputType('ChecklistItemInput', {
  description: 'Something to be done as part of a work order.',
  fields: (t) => ({
    text: t.string({ required: true, description: 'What is to be done, 1–500 characters.' }),
    mandatory: t.boolean({
      description: 'Whether it must be done before completion; false when left out.',
    }),
  }),
})

const creationFields = (t: InputBuilder) => ({
  title: t.string({ required: true, description: 'What it is about, 1–200 characters.' }),
  description: t.string({ description: 'Details, up to 10,000 characters.' }),
  priority: t.field({ type: PriorityEnum, description: 'How urgent; MEDIUM when left out.' }),
  type: t.field({ type: TypeEnum, description: 'Kind of work; CORRECTIVE when left out.' }),
  locationId: t.id({ required: true, description: 'Where.' }),
  assetId: t.id({ description: 'What is worked on; not a decommissioned asset.' }),
  assigneeId: t.id({ description: 'Who does it; an active user.' }),
  companyId: t.id({ description: 'Contractor in charge.' }),
  dueAt: t.field({ type: 'DateTime', description: 'When it should be done.' }),
  requiresSignature: t.boolean({
    description: 'Whether it must be signed before completion; false when left out.',
  }),
  checklist: t.field({
    type: [ChecklistItemInput],
    description: 'What is to be done, in order; at most 100 items.',
  }),
})

const statusFields = (t: InputBuilder) => ({
  id: t.id({ required: true, description: 'The work order.' }),
  status: t.field({ type: StatusEnum, required: true, description: 'Where to.' }),
  reason: t.string({ description: 'Why; required for ON_HOLD and REOPENED, 1–500 characters.' }),
})

defineWorkOrderCommand('workOrderCreate', {
  description: 'Opens a work order. Records workorder.created.',
  schema: createWorkOrderInput,
  input: creationFields,
  run: (unit, input) => createWorkOrder(unit, input),
})

defineWorkOrderCommand('workOrderUpdate', {
  description:
    'Changes details of a work order; what is left out stays. Records workorder.updated if anything changed.',
  schema: updateWorkOrderInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The work order.' }),
    title: t.string({ description: 'New title, 1–200 characters.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    priority: t.field({
      type: PriorityEnum,
      description: 'New urgency; both SLA deadlines are counted anew from creation.',
    }),
    type: t.field({ type: TypeEnum, description: 'New kind of work.' }),
    locationId: t.id({
      description: 'New place; the SLA deadlines are counted anew where another policy holds.',
    }),
    assetId: t.id({ description: 'What is worked on; null = no particular asset.' }),
    assigneeId: t.id({ description: 'New assignee; null = nobody.' }),
    companyId: t.id({ description: 'New contractor; null = none.' }),
    dueAt: t.field({ type: 'DateTime', description: 'New due date; null removes it.' }),
    requiresSignature: t.boolean({ description: 'Whether it must be signed before completion.' }),
  }),
  run: updateWorkOrder,
})

defineWorkOrderCommand('workOrderChangeStatus', {
  description:
    'Moves a work order to another status. Records workorder.status.changed, and workorder.completed after it when it is completed. Completion stops running timers and needs mandatory checklist items and a required signature.',
  schema: changeWorkOrderStatusInput,
  input: statusFields,
  run: changeWorkOrderStatus,
})

defineDeletion('workOrderDelete', {
  description:
    'Removes a work order with its comments; refused with a CONFLICT while labor, parts or a request speak of it: cancel it then. Records workorder.deleted.',
  schema: deleteWorkOrderInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The work order.' }),
  }),
  run: deleteWorkOrder,
})

const BulkResultType = builder.objectRef<BulkResult>('WorkOrderBulkResult').implement({
  description: 'What became of one item of a bulk mutation.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Place of the item in the input, from 0.' }),
    workOrder: t.field({
      type: WorkOrderObject,
      nullable: true,
      description: 'The work order after the change; null when the item was refused.',
      resolve: (result) => result.workOrder ?? null,
    }),
    userErrors: t.field({
      type: [UserError],
      description: 'Why this item was refused; empty on success.',
      resolve: ({ errors }): Refusal[] =>
        errors.map(({ message, detail, path }) => ({ message, detail, path })),
    }),
  }),
})

const ONE_BY_ONE =
  'All items run in one transaction, in order; an item that is refused says why and does not undo the others.'

const CreateItem = builder.inputType('WorkOrderBulkCreateItem', {
  description: 'One work order to open.',
  fields: creationFields,
})

defineCommand('workOrderBulkCreate', {
  description: `Opens up to ${MAX_BULK_ITEMS} work orders. ${ONE_BY_ONE} Records workorder.created for each.`,
  permission: 'work-orders:write',
  schema: bulkCreateInput,
  input: (t) => ({
    items: t.field({
      type: [CreateItem],
      required: true,
      description: `The work orders, 1–${MAX_BULK_ITEMS}.`,
    }),
  }),
  run: bulkCreateWorkOrders,
  payload: (t) => ({
    results: t.field({
      type: [BulkResultType],
      description: 'One result per item, in the order of the items; empty when all was refused.',
      resolve: (payload) => payload.result ?? [],
    }),
  }),
})

const ChangeStatusItem = builder.inputType('WorkOrderBulkChangeStatusItem', {
  description: 'One change of status.',
  fields: (t) => ({
    ...statusFields(t),
    expectedVersion: t.int({ description: 'Refuse if it has another version by now.' }),
  }),
})

defineCommand('workOrderBulkChangeStatus', {
  description: `Changes the status of up to ${MAX_BULK_ITEMS} work orders. ${ONE_BY_ONE} Records the same events as workOrderChangeStatus.`,
  permission: 'work-orders:write',
  schema: bulkChangeStatusInput,
  input: (t) => ({
    items: t.field({
      type: [ChangeStatusItem],
      required: true,
      description: `The changes, 1–${MAX_BULK_ITEMS}.`,
    }),
  }),
  run: bulkChangeWorkOrderStatus,
  payload: (t) => ({
    results: t.field({
      type: [BulkResultType],
      description: 'One result per item, in the order of the items; empty when all was refused.',
      resolve: (payload) => payload.result ?? [],
    }),
  }),
})
