import type { WorkOrderComment } from '../../../generated/prisma/client.ts'
import { defineCommand, type InputBuilder } from '../../../graphql/commands/command.ts'
import * as input from '../records/record-input.ts'
import { addComment, deleteComment } from '../records/comments.ts'
import {
  addAttachment,
  addChecklistItem,
  checkItem,
  removeAttachment,
  removeChecklistItem,
  signWorkOrder,
} from '../service/details.ts'
import { defineDeletion, defineWorkOrderCommand } from './define.ts'
import { CommentObject } from '../records/type.ts'

const workOrderId = (t: InputBuilder) =>
  t.id({ required: true, description: 'The work order; not a finished one.' })

defineWorkOrderCommand('checklistItemAdd', {
  description: 'Adds an item to the end of a checklist. Records workorder.updated.',
  changes: 'workOrderId',
  schema: input.addChecklistItemInput,
  input: (t) => ({
    workOrderId: workOrderId(t),
    text: t.string({ required: true, description: 'What is to be done, 1–500 characters.' }),
    mandatory: t.boolean({ description: 'Needed for completion; false when left out.' }),
  }),
  run: addChecklistItem,
})

defineWorkOrderCommand('checklistItemCheck', {
  description: 'Marks an item as done, or as open again. Records workorder.updated.',
  changes: 'workOrderId',
  schema: input.checkItemInput,
  input: (t) => ({
    workOrderId: workOrderId(t),
    itemId: t.id({ required: true, description: 'The item.' }),
    done: t.boolean({ required: true, description: 'Whether it is done.' }),
  }),
  run: checkItem,
})

const removal = (t: InputBuilder) => ({
  workOrderId: workOrderId(t),
  id: t.id({ required: true, description: 'What to remove.' }),
})

defineWorkOrderCommand('checklistItemRemove', {
  description: 'Removes an item from a checklist. Records workorder.updated.',
  changes: 'workOrderId',
  schema: input.removeFromWorkOrderInput,
  input: removal,
  run: removeChecklistItem,
})

defineWorkOrderCommand('attachmentAdd', {
  description: 'Attaches a file by its address. Records workorder.updated.',
  changes: 'workOrderId',
  schema: input.addAttachmentInput,
  input: (t) => ({
    workOrderId: workOrderId(t),
    name: t.string({ required: true, description: 'What to call it, 1–200 characters.' }),
    url: t.string({ required: true, description: 'Where it is; http or https.' }),
  }),
  run: addAttachment,
})

defineWorkOrderCommand('attachmentRemove', {
  description: 'Removes an attachment. Records workorder.updated.',
  changes: 'workOrderId',
  schema: input.removeFromWorkOrderInput,
  input: removal,
  run: removeAttachment,
})

defineWorkOrderCommand('workOrderSign', {
  description: 'Takes the signature of whoever the work was done for. Records workorder.updated.',
  schema: input.signWorkOrderInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The work order; not a finished one.' }),
    name: t.string({ required: true, description: 'Who signs, 1–200 characters.' }),
    imageUrl: t.string({ description: 'Picture of the signature; http or https.' }),
  }),
  run: signWorkOrder,
})

defineCommand('workOrderCommentAdd', {
  description: 'Comments on a work order, also on a finished one.',
  permission: 'work-orders:write',
  schema: input.addCommentInput,
  input: (t) => ({
    workOrderId: t.id({ required: true, description: 'The work order.' }),
    text: t.string({ required: true, description: 'The comment, 1–10,000 characters.' }),
  }),
  run: addComment,
  payload: (t) => ({
    comment: t.field({
      type: CommentObject,
      nullable: true,
      description: 'The new comment.',
      resolve: (payload): WorkOrderComment | null => payload.result ?? null,
    }),
  }),
})

defineDeletion('workOrderCommentDelete', {
  description: "Removes one's own comment; managers remove any.",
  schema: input.byId,
  input: (t) => ({ id: t.id({ required: true, description: 'The comment.' }) }),
  run: deleteComment,
})
