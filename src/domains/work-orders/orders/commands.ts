import { z } from 'zod'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand, type PayloadBuilder } from '../../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  dateTime,
  id,
  listOf,
  oneOf,
  onlyId,
} from '../../../graphql/commands/input/fields.ts'
import { type Refusal, UserError } from '../../../graphql/commands/user-errors.ts'
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
import { PriorityEnum, TypeEnum } from './enums.ts'
import {
  changeStatusInput,
  createInput,
  creationItem,
  description,
  statusChangeItem,
  title,
} from './fields.ts'
import { WorkOrderObject } from './type.ts'

const updateInput = inputOf({
  id: id('The work order.'),
  title: title.describe('New title, {min}–{max} characters.').optional(),
  description: description.describe('New details; null removes them.').clearable(),
  priority: oneOf(
    PriorityEnum,
    'New urgency; both SLA deadlines are counted anew from creation.',
  ).optional(),
  type: oneOf(TypeEnum, 'New kind of work.').optional(),
  locationId: id(
    'New place; the SLA deadlines are counted anew where another policy holds.',
  ).optional(),
  assetId: id('What is worked on; null = no particular asset.').clearable(),
  assigneeId: id('New assignee; null = nobody.').clearable(),
  companyId: id('New contractor; null = none.').clearable(),
  dueAt: dateTime('New due date; null removes it.').clearable(),
  requiresSignature: boolean('Whether it must be signed before completion.').optional(),
})
export type UpdateWorkOrderInput = ValueOf<typeof updateInput>

defineWorkOrderCommand('workOrderCreate', {
  description: 'Opens a work order. Records workorder.created.',
  input: createInput,
  run: (unit, input) => createWorkOrder(unit, input),
})

defineWorkOrderCommand('workOrderUpdate', {
  description:
    'Changes details of a work order; what is left out stays. Records workorder.updated if anything changed.',
  input: updateInput,
  run: updateWorkOrder,
})

defineWorkOrderCommand('workOrderChangeStatus', {
  description:
    'Moves a work order to another status. Records workorder.status.changed, and workorder.completed after it when it is completed. Completion stops running timers and needs mandatory checklist items and a required signature.',
  input: changeStatusInput,
  run: changeWorkOrderStatus,
})

defineDeletion('workOrderDelete', {
  description:
    'Removes a work order with its comments; refused with a CONFLICT while labor, parts or a request speak of it: cancel it then. Records workorder.deleted.',
  input: onlyId('The work order.'),
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

const bulkPayload = (t: PayloadBuilder<BulkResult[]>) => ({
  results: t.field({
    type: [BulkResultType],
    description: 'One result per item, in the order of the items; empty when all was refused.',
    resolve: (payload) => payload.result ?? [],
  }),
})

/** Items of one bulk mutation: what fits into one transaction of a second or so. */
const BULK = { min: 1, max: 200 }

// The items themselves are judged one by one, so that one that breaks a rule is refused alone.
const bulkCreateInput = inputOf({
  items: listOf(field(creationItem.type, z.unknown(), ''), BULK, 'The work orders, {min}–{max}.'),
})
const bulkStatusInput = inputOf({
  items: listOf(
    field(statusChangeItem.type, z.looseObject({ id: z.string() }), ''),
    BULK,
    'The changes, {min}–{max}.',
  ),
})

defineCommand('workOrderBulkCreate', {
  description: `Opens up to ${BULK.max} work orders. ${ONE_BY_ONE} Records workorder.created for each.`,
  permission: 'work-orders:write',
  input: bulkCreateInput,
  run: bulkCreateWorkOrders,
  payload: bulkPayload,
})

defineCommand('workOrderBulkChangeStatus', {
  description: `Changes the status of up to ${BULK.max} work orders. ${ONE_BY_ONE} Records the same events as workOrderChangeStatus.`,
  permission: 'work-orders:write',
  input: bulkStatusInput,
  run: bulkChangeWorkOrderStatus,
  payload: bulkPayload,
})
