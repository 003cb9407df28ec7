import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid, notFound } from '../../../errors.ts'
import { toUnixSeconds } from '../../../events/envelope.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import {
  type Attachment,
  attachmentsShape,
  type ChecklistItem,
  checklistShape,
  MAX_ATTACHMENTS,
  MAX_CHECKLIST_ITEMS,
} from '../records/checklist.ts'
import { workOrderUpdated } from '../events.ts'
import type {
  AddAttachmentInput,
  AddChecklistItemInput,
  CheckItemInput,
  RemoveFromWorkOrderInput,
  SignWorkOrderInput,
} from '../orders/detail-commands.ts'
import { demandEditable } from '../rules.ts'
import { findPlace, lockWorkOrder } from './load.ts'
import { saveWorkOrder } from './save.ts'

export function addChecklistItem(
  unit: UnitOfWork,
  input: AddChecklistItemInput,
): Promise<WorkOrder> {
  return changeChecklist(unit, input.workOrderId, (items) => {
    if (items.length >= MAX_CHECKLIST_ITEMS) {
      throw invalid(`has ${MAX_CHECKLIST_ITEMS} checklist items already`, 'workOrderId')
    }
    const { text, mandatory } = input
    return [...items, { id: newId('checklistItem'), text, mandatory: mandatory ?? false }]
  })
}

/** Marks an item as done, or as not done after all. */
export function checkItem(unit: UnitOfWork, input: CheckItemInput): Promise<WorkOrder> {
  return changeChecklist(unit, input.workOrderId, (items) => {
    const item = items.find(({ id }) => id === input.itemId)
    if (item === undefined) throw notFound('Checklist item', input.itemId, 'itemId')
    // Done twice is done: whoever did it first keeps it.
    if ((item.doneAt !== undefined) === input.done) return items
    const { doneAt: _at, doneBy: _by, ...open } = item
    const by = userIdOf(unit.caller)
    const done = {
      ...open,
      doneAt: toUnixSeconds(unit.now),
      ...(by === undefined ? {} : { doneBy: by }),
    }
    return items.map((other) => (other === item ? (input.done ? done : open) : other))
  })
}

export function removeChecklistItem(
  unit: UnitOfWork,
  input: RemoveFromWorkOrderInput,
): Promise<WorkOrder> {
  return changeChecklist(unit, input.workOrderId, (items) => {
    const rest = items.filter(({ id }) => id !== input.id)
    if (rest.length === items.length) throw notFound('Checklist item', input.id)
    return rest
  })
}

export function addAttachment(unit: UnitOfWork, input: AddAttachmentInput): Promise<WorkOrder> {
  return changeAttachments(unit, input.workOrderId, (attachments) => {
    if (attachments.length >= MAX_ATTACHMENTS) {
      throw invalid(`has ${MAX_ATTACHMENTS} attachments already`, 'workOrderId')
    }
    const by = userIdOf(unit.caller)
    const added: Attachment = {
      id: newId('attachment'),
      name: input.name,
      url: input.url,
      addedAt: toUnixSeconds(unit.now),
      ...(by === undefined ? {} : { addedBy: by }),
    }
    return [...attachments, added]
  })
}

export function removeAttachment(
  unit: UnitOfWork,
  input: RemoveFromWorkOrderInput,
): Promise<WorkOrder> {
  return changeAttachments(unit, input.workOrderId, (attachments) => {
    const rest = attachments.filter(({ id }) => id !== input.id)
    if (rest.length === attachments.length) throw notFound('Attachment', input.id)
    return rest
  })
}

/** Takes the signature of whoever the work was done for; a later one replaces it. */
export function signWorkOrder(unit: UnitOfWork, input: SignWorkOrderInput): Promise<WorkOrder> {
  return changeDetails(unit, input.id, 'id', () => ({
    signedAt: unit.now,
    signedBy: input.name,
    signatureUrl: input.imageUrl ?? null,
  }))
}

const changeChecklist = (
  unit: UnitOfWork,
  workOrderId: string,
  change: (items: ChecklistItem[]) => ChecklistItem[],
) =>
  changeDetails(unit, workOrderId, 'workOrderId', (order) => ({
    checklist: change(checklistShape.parse(order.checklist)),
  }))

const changeAttachments = (
  unit: UnitOfWork,
  workOrderId: string,
  change: (attachments: Attachment[]) => Attachment[],
) =>
  changeDetails(unit, workOrderId, 'workOrderId', (order) => ({
    attachments: change(attachmentsShape.parse(order.attachments)),
  }))

async function changeDetails(
  unit: UnitOfWork,
  workOrderId: string,
  field: string,
  change: (order: WorkOrder) => Partial<WorkOrder>,
): Promise<WorkOrder> {
  const before = await lockWorkOrder(unit, workOrderId, field)
  demandEditable(before)
  const after = { ...before, ...change(before) }
  const place = await findPlace(unit, before.locationId, 'locationId')
  return saveWorkOrder(unit, {
    before,
    after,
    announcements: [{ event: workOrderUpdated }],
    place,
  })
}
