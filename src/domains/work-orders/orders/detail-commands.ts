import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { boolean, id, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { addComment, deleteComment } from '../records/comments.ts'
import { CommentObject } from '../records/type.ts'
import {
  addAttachment,
  addChecklistItem,
  checkItem,
  removeAttachment,
  removeChecklistItem,
  signWorkOrder,
} from '../service/details.ts'
import { defineDeletion, defineWorkOrderCommand } from './define.ts'
import { task, unfinishedOrder } from './fields.ts'

/** Only addresses that a browser opens; a script in a link would run as whoever clicks it. */
const url = (words: string) =>
  text({ min: 0, max: 2_000 }, words).refine(
    (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
    'must be an http(s) URL',
  )

const addItemInput = inputOf({
  workOrderId: unfinishedOrder,
  text: task,
  mandatory: boolean('Needed for completion; false when left out.').optional(),
})
export type AddChecklistItemInput = ValueOf<typeof addItemInput>

const checkItemInput = inputOf({
  workOrderId: unfinishedOrder,
  itemId: id('The item.'),
  done: boolean('Whether it is done.'),
})
export type CheckItemInput = ValueOf<typeof checkItemInput>

const removeInput = inputOf({ workOrderId: unfinishedOrder, id: id('What to remove.') })
export type RemoveFromWorkOrderInput = ValueOf<typeof removeInput>

const attachInput = inputOf({
  workOrderId: unfinishedOrder,
  name: text({ max: 200 }, 'What to call it, {min}–{max} characters.'),
  url: url('Where it is; http or https.'),
})
export type AddAttachmentInput = ValueOf<typeof attachInput>

const signInput = inputOf({
  id: unfinishedOrder,
  name: text({ max: 200 }, 'Who signs, {min}–{max} characters.'),
  imageUrl: url('Picture of the signature; http or https.').optional(),
})
export type SignWorkOrderInput = ValueOf<typeof signInput>

const commentInput = inputOf({
  workOrderId: id('The work order.'),
  text: text({ max: 10_000 }, 'The comment, {min}–{max} characters.'),
})
export type AddCommentInput = ValueOf<typeof commentInput>

defineWorkOrderCommand('checklistItemAdd', {
  description: 'Adds an item to the end of a checklist. Records workorder.updated.',
  changes: 'workOrderId',
  input: addItemInput,
  run: addChecklistItem,
})

defineWorkOrderCommand('checklistItemCheck', {
  description: 'Marks an item as done, or as open again. Records workorder.updated.',
  changes: 'workOrderId',
  input: checkItemInput,
  run: checkItem,
})

defineWorkOrderCommand('checklistItemRemove', {
  description: 'Removes an item from a checklist. Records workorder.updated.',
  changes: 'workOrderId',
  input: removeInput,
  run: removeChecklistItem,
})

defineWorkOrderCommand('attachmentAdd', {
  description: 'Attaches a file by its address. Records workorder.updated.',
  changes: 'workOrderId',
  input: attachInput,
  run: addAttachment,
})

defineWorkOrderCommand('attachmentRemove', {
  description: 'Removes an attachment. Records workorder.updated.',
  changes: 'workOrderId',
  input: removeInput,
  run: removeAttachment,
})

defineWorkOrderCommand('workOrderSign', {
  description: 'Takes the signature of whoever the work was done for. Records workorder.updated.',
  input: signInput,
  run: signWorkOrder,
})

defineCommand('workOrderCommentAdd', {
  description: 'Comments on a work order, also on a finished one.',
  permission: 'work-orders:write',
  input: commentInput,
  run: addComment,
  payload: recordPayload('comment', CommentObject, 'The new comment.'),
})

defineDeletion('workOrderCommentDelete', {
  description: "Removes one's own comment; managers remove any.",
  input: onlyId('The comment.'),
  run: deleteComment,
})
